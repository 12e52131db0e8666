import type { ReceivedEventData } from '@azure/event-hubs';
import type { Start } from './hub-life.ts';

/** Numbers of the last event before and the first one after what is missing. */
export interface Gap {
  readonly after: number;
  readonly before: number;
}

/** Watches for holes in the numbering of what is read, from a checkpoint on whose life is known. */
export class Numbering {
  #last: number | undefined;

  constructor(start: Start) {
    if (start.from === 'after' && start.position.life !== undefined) this.#last = start.position.sequenceNumber;
  }

  gaps(events: readonly ReceivedEventData[]): Gap[] {
    const gaps: Gap[] = [];
    for (const { sequenceNumber } of events) {
      if (this.#last !== undefined && sequenceNumber > this.#last + 1) gaps.push({ after: this.#last, before: sequenceNumber });
      this.#last = sequenceNumber;
    }
    return gaps;
  }
}
