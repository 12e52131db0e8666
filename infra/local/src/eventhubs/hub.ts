import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { PartitionLog } from './partition-log.ts';

export interface HubOptions {
  readonly name: string;
  readonly partitions: number;
  /** Events kept per partition. */
  readonly retainedEvents: number;
  /** Folder of all hubs; this one gets a folder of its own in it. */
  readonly dir: string;
}

/** The partitions of one event hub. */
export class Hub {
  readonly name: string;
  readonly createdAt: Date;
  readonly #partitions: PartitionLog[];
  #turn = 0;

  constructor({ name, partitions, retainedEvents, dir }: HubOptions) {
    this.name = name;
    const home = path.join(dir, encodeURIComponent(name));
    this.#partitions = Array.from(
      { length: partitions },
      (_, partitionId) => new PartitionLog(path.join(home, String(partitionId)), retainedEvents),
    );
    this.createdAt = fs.statSync(home).birthtime;
  }

  get partitionIds(): string[] {
    return this.#partitions.map((_, partitionId) => String(partitionId));
  }

  partition(partitionId: string): PartitionLog | undefined {
    return /^(0|[1-9]\d*)$/.test(partitionId) ? this.#partitions[Number(partitionId)] : undefined;
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
}
