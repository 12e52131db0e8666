import type { StartedStack } from '@rollcall/local';
import type { LogOfEvents } from './log-of-events.ts';

/** A program that folds `rollcall.events`: Rollcall's, or a peer's. */
export interface Contender {
  readonly name: string;
  /** Starts it on the log, as `run`: no other run of the stack has that name. Does not wait. */
  start(place: FoldingPlace, run: string): Promise<Folding>;
}

export interface FoldingPlace {
  readonly stack: StartedStack;
  readonly log: LogOfEvents;
}

/** A contender at work. */
export interface Folding {
  /** Whose keys in Redis it writes. */
  readonly writtenBy: 'rollcall' | 'kafka-streams';
  /** What its subscribers read, if not `rollcall.changes`. */
  readonly derivedTopic?: string;
  /** When it came to the first record, in milliseconds since 1970. Rejects if it ends before. */
  readonly first: Promise<number>;
  /** Its processes; throws if one has ended. */
  readonly pids: () => readonly number[];
  /** Whether it has committed everything up to these ends of the log, and everything is in Redis. */
  isDone(ends: ReadonlyMap<number, bigint>): Promise<boolean>;
  /** Throws ResultWrong unless all that the events made is there, once. */
  verify(expected: Expected): Promise<void>;
  stop(): Promise<void>;
  /** Forgets what it has written, so that the log can be folded again. */
  erase(): Promise<void>;
}

/** What must be there when all is done. */
export interface Expected {
  /** One for each event. */
  readonly changes: number;
  readonly clients: number;
  /** Default: not looked at. */
  readonly online?: number;
}

/** Fast, but not right: the run does not count. */
export class ResultWrong extends Error {
  override readonly name = 'ResultWrong';
}

export function mustBe(what: string, found: number, expected: number): void {
  if (found !== expected) throw new ResultWrong(`${what}: ${found.toLocaleString('en')}, not ${expected.toLocaleString('en')}`);
}
