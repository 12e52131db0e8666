import { randomBytes } from 'node:crypto';
import { inArray } from '../acceptance/event-hub.ts';
import { SessionEvents } from './session-events.ts';

/** What is in a message of Event Hubs: an event with a large attribute, an array of many events, or bytes that are no event. */
export const SHAPES = ['one', 'many', 'none'] as const;
export type Shape = (typeof SHAPES)[number];

export interface LargeMessage {
  readonly body: Buffer;
  /** Records that come of it. */
  readonly records: number;
}

const CLIENTS = 10_000;
const NAME = 'filler';

/** A message of about so many bytes. It does not compress much. */
export function largeMessage(shape: Shape, bytes: number): LargeMessage {
  if (shape === 'none') return { body: randomBytes(bytes), records: 1 };
  const events = new SessionEvents(1);
  const client = () => Math.floor(Math.random() * CLIENTS);
  if (shape === 'one') {
    const [event = ''] = events.of([client()]);
    const filler = randomBytes(Math.ceil(Math.max(0, bytes - event.length) * 0.74)).toString('base64');
    return { body: inArray(event.replace('"data":{', `"${NAME}":"${filler}","data":{`)).body, records: 1 };
  }
  const all: string[] = [];
  for (let length = 0; length < bytes; length += (all.at(-1)?.length ?? 0) + 1) all.push(...events.of([client()]));
  return { body: inArray(...all).body, records: all.length };
}
