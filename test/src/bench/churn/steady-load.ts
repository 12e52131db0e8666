import { setTimeout as sleep } from 'node:timers/promises';
import type { Time } from '@rollcall/schema';
import type { LogOfEvents } from '../log-of-events.ts';
import { now, timeOf } from '../schedule.ts';
import type { Visitor } from './visitor.ts';

/** Clients that take turns, at so many events a second together. */
export interface Source {
  readonly visitors: readonly Visitor[];
  readonly rate: number;
  /** Told of each event before it is sent; `due`: in milliseconds since 1970. */
  readonly onDue?: (visitor: Visitor, due: number) => void;
}

/** Appends what is due until `isOver`. What becomes due while an append is under way goes with the next one: its time is when it was due. */
export async function steadyLoad(log: LogOfEvents, sources: readonly Source[], isOver: () => boolean): Promise<void> {
  const start = now();
  const sent = sources.map(() => 0);
  while (!isOver()) {
    const events: { readonly time: Time; readonly visitor: Visitor }[] = [];
    for (const [at, { visitors, rate, onDue }] of sources.entries()) {
      const dueOf = (event: number) => start + (event * 1_000) / rate;
      let count = sent[at] ?? 0;
      for (; dueOf(count) <= now(); count++) {
        const visitor = visitors[count % visitors.length] as Visitor;
        onDue?.(visitor, dueOf(count));
        events.push({ visitor, time: timeOf(dueOf(count)) });
      }
      sent[at] = count;
    }
    await log.append(events.map(({ visitor, time }) => visitor.next(time)));
    await sleep(1);
  }
}
