import type { LocalStack } from '@rollcall/service';

/** In start order: each part may need those before it. */
export const PART_NAMES = ['kafka', 'redis', 'azurite', 'eventhubs', 'mqtt', 'ingest', 'projector'] as const;

export type PartName = (typeof PART_NAMES)[number];

export interface Command {
  readonly file: string;
  /** Mentions the data folder, by which a later start recognises a process that was left behind. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What has to be known of a part to run it. */
export interface Part {
  /** Of its process id file and its log. */
  readonly name: string;
  /** Sees to it that the part can run here: fetches, installs, formats. Throws CannotRun. */
  prepare?(progress: Progress, signal: AbortSignal): Promise<void>;
  /** Asked anew at each start. */
  command(): Promise<Command>;
  /** Whether the part itself answers. `logged` is what it has written since it was started. Never throws. */
  answers(logged: string): Promise<boolean>;
}

/** What a long preparation tells the person who waits for it. */
export interface Progress {
  doing(text: string): void;
  done(text: string): void;
}

export type PartFactory = (stack: LocalStack, env: NodeJS.ProcessEnv) => Part;

/** The stack cannot run as it is asked to. The message is a line for each problem, for the person who typed the command. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}
