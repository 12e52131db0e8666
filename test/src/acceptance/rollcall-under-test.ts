import { Rollcall } from '@rollcall/client';
import type { StartedStack } from '@rollcall/local';
import { type LogOptions, LogWriter } from '@rollcall/log';
import { clientKey, partitionOf, type Topics, topicNames } from '@rollcall/schema';
import { vi } from 'vitest';
import { type CommandResult, type RunningCommand, runCommand, startCommand } from './command-line.ts';
import { EventHub, inArray } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { TopicFeed } from './topic-feed.ts';

/** Where a stack is, as data. */
export type StackAddresses = Pick<StartedStack, 'env' | 'kafkaBrokers' | 'redisUrl' | 'eventHubsConnectionString' | 'ports'>;

/** Partitions of the local stack's topics. */
export const PARTITIONS = 4;

/** Rollcall from the outside: what a fleet's operator can send to it and read from it. */
export class RollcallUnderTest implements AsyncDisposable {
  readonly hub: EventHub;
  readonly rollcall: Rollcall;
  readonly #running: RunningCommand[] = [];
  readonly #feeds = new Map<keyof Topics, TopicFeed>();
  readonly #log: LogOptions;
  #marks = 0;

  constructor(readonly stack: StackAddresses) {
    const brokers = [stack.kafkaBrokers];
    this.#log = { brokers, prefix: 'rollcall', clientId: 'acceptance', retries: 5, logger: { debug: () => {} } };
    this.hub = new EventHub(stack.eventHubsConnectionString);
    this.rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers } });
  }

  /** `rollcall …` to its end. */
  command(...args: readonly string[]): Promise<CommandResult> {
    return runCommand(args, this.stack.env);
  }

  /** The JSON that `rollcall … --json` prints. */
  async json(...args: readonly string[]): Promise<unknown> {
    const { code, stdout, stderr } = await this.command(...args, '--json');
    if (code !== 0) throw new Error(`rollcall ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  /** `rollcall …` as it goes on; ended with this, if not before. */
  start(...args: readonly string[]): RunningCommand {
    const command = startCommand(args, this.stack.env);
    this.#running.push(command);
    return command;
  }

  /** Followed from its first record, from the first time it is asked for. */
  topic(name: keyof Topics): TopicFeed {
    const feed = this.#feeds.get(name) ?? new TopicFeed(this.#log, topicNames(this.#log.prefix)[name]);
    this.#feeds.set(name, feed);
    return feed;
  }

  /** Appends records to `rollcall.events`, past ingest. */
  async append(records: readonly { readonly namespace: string; readonly client: string; readonly value: string }[]): Promise<void> {
    const writer = new LogWriter(this.#log);
    const topic = topicNames(this.#log.prefix).events;
    const keyed = records.map(({ namespace, client, value }) => ({ key: clientKey(namespace, client), value }));
    await writer.append(keyed.map(({ key, value }) => ({ topic, partition: partitionOf(key, PARTITIONS), key, value })));
    await writer.close();
  }

  /** Resolves when all that is in the log now is folded, and has been read from `rollcall.changes`: what is not there by then does
   *  not come. */
  async settled(): Promise<void> {
    const changes = this.topic('changes');
    const round = `${process.pid}-${++this.#marks}`;
    const marks = new Map<number, string>();
    for (let n = 0; marks.size < PARTITIONS; n++) marks.set(partitionOf(clientKey('marks', `${round}-${n}`), PARTITIONS), `${round}-${n}`);
    await this.hub.send([...marks.values()].map((client) => inArray(sessionConnected({ namespace: 'marks', client }))));
    await eventually(() => {
      for (const client of marks.values()) if (changes.of('marks', client).length === 0) throw new Error('the marks are on their way');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const command of this.#running) command.process.kill('SIGKILL');
    for (const feed of this.#feeds.values()) await feed[Symbol.asyncDispose]();
    await this.rollcall.close();
    await this.hub[Symbol.asyncDispose]();
  }
}

/** Asks again until the assertions hold; fails as they do if they do not come to. */
export function eventually<T>(assertions: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  return vi.waitFor(assertions, { timeout, interval: 25 });
}
