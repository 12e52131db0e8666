import type { LogEvent } from '@rollcall/schema';
import { DEFAULT_SETTINGS, type FoldSettings } from '../settings.ts';
import { AnyOrder } from './any-order.ts';
import { Story } from './story.ts';

/** What the log holds so far. */
export function given(...events: readonly LogEvent[]): Story {
  return new Story(events);
}

/** A story of a fold with settings of its own. */
export function under(settings: Partial<FoldSettings>) {
  return { given: (...events: readonly LogEvent[]) => new Story(events, { ...DEFAULT_SETTINGS, ...settings }) };
}

/** The events in every order, with and without duplicates. */
export function inAnyOrder(...events: readonly LogEvent[]): AnyOrder {
  return new AnyOrder(events);
}

export {
  connected,
  deadline,
  deleted,
  disconnected,
  type Envelope,
  OURS,
  type Resource,
  takenOver,
  updated,
  type Whose,
} from './events.ts';
export { after, at, DAYS, HOURS, justAfter, justBefore, MINUTES, type Moment, NOON } from './moment.ts';
export { NOON_MS, record, type StoredRecord } from './record.ts';
export { knowledgeOf, type Replay, replay, tell } from './replay.ts';
export { Mismatch, type Seen, Story } from './story.ts';
