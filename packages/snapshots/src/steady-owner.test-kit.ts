import { setTimeout as sleep } from 'node:timers/promises';
import { at, connected, disconnected } from '@rollcall/fold/testing';
import { clientsAfter, SETTINGS } from './histories.test-kit.ts';
import type { ClientWrite, OwnedPartition } from './owned-partition.ts';
import { SnapshotStore } from './store.ts';

const CLIENTS = 50;
const CLIENTS_PER_BATCH = 5;

/** The nth record of a log that never ends, folded: some clients, each as that record leaves it. */
function batch(n: number): ClientWrite[] {
  const log = Array.from({ length: CLIENTS_PER_BATCH }, (_, number) => {
    const client = `client${(n * CLIENTS_PER_BATCH + number * 7) % CLIENTS}`;
    const [sequenceNumber, time] = [BigInt(n + 1), at('12:00:00')];
    return n % 3 === 0
      ? disconnected(sequenceNumber, time, { client, reason: `reason ${n % 4}` })
      : connected(sequenceNumber, time, { client });
  });
  return clientsAfter(log).map((client) => ({ client, due: { at: n, moved: true } }));
}

/** Owns one partition as a projector does: applies batch after batch; after any doubt it claims again, and goes on from where Redis stands. */
export class SteadyOwner {
  /** Batches applied. */
  applied = 0;
  /** How often it had to claim again. */
  doubts = 0;
  readonly #store: SnapshotStore;
  readonly #stopped = new AbortController();
  readonly #working: Promise<void>;

  constructor(
    url: string,
    private readonly partition: number,
    private readonly partitions: number,
  ) {
    this.#store = new SnapshotStore({ url, patient: true, onError: () => {}, prefix: 'test', settings: SETTINGS });
    this.#working = this.#work();
  }

  /** Resolves when the last batch is applied, to the number of batches. */
  async stop(): Promise<number> {
    this.#stopped.abort();
    await this.#working;
    this.#store.close();
    return this.applied;
  }

  async #work(): Promise<void> {
    let owned: OwnedPartition | undefined;
    while (!this.#stopped.signal.aborted || owned === undefined) {
      try {
        owned ??= await this.#takeOver();
        await owned.apply(batch(this.applied), BigInt(this.applied + 1));
        this.applied++;
      } catch {
        owned = undefined;
        this.doubts++;
        await sleep(50);
      }
    }
  }

  async #takeOver(): Promise<OwnedPartition> {
    const { claimed } = await this.#store.claim(this.partition, this.partitions);
    const { partition, watermark } = claimed.at(-1) ?? {};
    if (partition === undefined) throw new Error('nothing was claimed');
    if (typeof watermark !== 'bigint') await partition.wipe();
    this.applied = Number(typeof watermark === 'bigint' ? watermark : 0n);
    return partition;
  }
}

/** What Redis must hold after so many batches: each client as the last of them left it. */
export function writesAfter(batches: number): ClientWrite[] {
  const last = new Map<string, ClientWrite>();
  for (let n = 0; n < batches; n++) for (const write of batch(n)) last.set(write.client.client, write);
  return [...last.values()];
}
