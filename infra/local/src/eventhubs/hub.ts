import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { MEMORY, PartitionLog } from './partition-log.ts';
import { RecentMessages } from './recent-messages.ts';
import { consumerGroupNotFound, entityNotFound, partitionNotFound } from './refusals.ts';

export interface HubOptions {
  readonly name: string;
  readonly partitions: number;
  /** Besides `$Default`, which every event hub has. */
  readonly consumerGroups?: readonly string[];
  /** Events kept per partition. */
  readonly retainedEvents: number;
  /** Folder of all hubs; this one gets a folder of its own in it. */
  readonly dir: string;
}

/** The partitions of one event hub. */
export class Hub {
  readonly name: string;
  /** When its folder was made: the data that outlives a restart keeps it, and deleted data takes it away. */
  readonly createdAt: Date;
  readonly #home: string;
  readonly #consumerGroups: ReadonlySet<string>;
  readonly #partitions: PartitionLog[];
  #turn = 0;

  constructor({ name, partitions, consumerGroups = [], retainedEvents, dir }: HubOptions) {
    this.name = name;
    this.#home = path.join(dir, encodeURIComponent(name));
    this.#consumerGroups = new Set(['$Default', ...consumerGroups].map((group) => group.toLowerCase()));
    this.createdAt = createdAt(this.#home);
    const recent = new RecentMessages(MEMORY);
    this.#partitions = Array.from(
      { length: partitions },
      (_, partitionId) => new PartitionLog(path.join(this.#home, String(partitionId)), retainedEvents, recent),
    );
  }

  get partitionIds(): string[] {
    return this.#partitions.map((_, partitionId) => String(partitionId));
  }

  /** Throws Refused if there is no such partition. */
  partition(partitionId: string): PartitionLog {
    const partition = /^(0|[1-9]\d*)$/.test(partitionId) ? this.#partitions[Number(partitionId)] : undefined;
    if (!partition) throw partitionNotFound(this.#partitions.length);
    return partition;
  }

  /** Throws Refused if this is not the event hub, or does not have the consumer group, that an address names.
   *  @param path the address */
  check(path: string, named: { readonly hub: string; readonly consumerGroup?: string }): void {
    if (named.hub !== this.name) throw entityNotFound(path);
    if (named.consumerGroup !== undefined && !this.#consumerGroups.has(named.consumerGroup.toLowerCase())) {
      throw consumerGroupNotFound(named.hub, named.consumerGroup);
    }
  }

  /** Where events of this key go: always to the same partition (which one differs from Azure, whose hash is its own).
   *  Without a key the partitions take turns. */
  partitionFor(partitionKey: string | undefined): PartitionLog {
    const turn = partitionKey === undefined ? this.#turn++ : crc32(partitionKey);
    return this.#partitions[turn % this.#partitions.length] as PartitionLog;
  }

  close(): void {
    for (const partition of this.#partitions) partition.close();
  }

  /** Closes it, and deletes its events and the time of its creation. */
  delete(): void {
    this.close();
    fs.rmSync(this.#home, { recursive: true, force: true });
  }
}

function createdAt(home: string): Date {
  const file = path.join(home, 'created-at');
  if (!fs.existsSync(file)) {
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(`${file}.new`, new Date().toISOString());
    fs.renameSync(`${file}.new`, file);
  }
  return new Date(fs.readFileSync(file, 'utf8'));
}
