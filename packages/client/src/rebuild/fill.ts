import { setTimeout as sleep } from 'node:timers/promises';
import { decodeState, pendingEnding } from '@rollcall/fold';
import { type LogOptions, type Offsets, readRange, stateRecords } from '@rollcall/log';
import type { Topics } from '@rollcall/schema';
import { ChainBroken, type ClientWrite, foldInto, type OwnedPartition, type Watermark } from '@rollcall/snapshots';
import type { Pace } from './pace.ts';

/** Clients of `rollcall.state` that are written at a time. */
const PORTION = 500;

export interface Filling {
  readonly partition: number;
  readonly log: LogOptions;
  readonly topics: Topics;
  readonly offsets: Offsets;
  readonly pace: Pace;
  readonly signal: AbortSignal;
}

/** One partition of a generation that is built, as its owner. */
export class PartitionFill {
  constructor(
    private readonly owned: OwnedPartition,
    private watermark: Watermark,
    private readonly filling: Filling,
  ) {}

  /** The next offset to fold; undefined before `begin`. */
  get next(): bigint | undefined {
    return typeof this.watermark === 'bigint' ? this.watermark : undefined;
  }

  /** Whether a projector has taken the partition over. */
  async isTaken(): Promise<boolean> {
    try {
      await this.check();
      return false;
    } catch (error) {
      if (error instanceof ChainBroken) return true;
      throw error;
    }
  }

  /** Throws ChainBroken where somebody else has taken it over. */
  check(): Promise<void> {
    return this.owned.check();
  }

  /** Begins at an offset of the log, unless it was begun before. What the log no longer holds below it is taken from `rollcall.state`. */
  async begin(from: bigint): Promise<void> {
    if (this.next !== undefined) return;
    await this.owned.wipe();
    if (from > 0n) await this.#base(from);
    await this.#reach(from);
  }

  /** Folds the log up to an offset. */
  async upTo(offset: bigint): Promise<void> {
    const { partition, log, topics, pace, signal } = this.filling;
    const from = this.next;
    if (from === undefined || from >= offset) return;
    for await (const records of readRange(log, { topic: topics.events, partition, from, to: offset }, signal)) {
      const next = (records.at(-1)?.offset ?? from) + 1n;
      await foldInto(this.owned, records, next);
      this.watermark = next;
      await sleep(pace.after(records.length), undefined, { signal });
    }
    await this.#reach(offset);
  }

  /** A client with records at or above `from` is joined with what they say again, which changes nothing that they said before: its
   *  newest state is the only one that compaction keeps. */
  async #base(from: bigint): Promise<void> {
    const { partition, log, topics, offsets, signal } = this.filling;
    const { settings } = this.owned;
    let portion = new Map<string, ClientWrite>();
    for await (const record of stateRecords(log, offsets, topics.state, partition, signal)) {
      const state = decodeState(record, settings);
      const client = state.offset < from ? state : { ...state, offset: from - 1n };
      const pending = pendingEnding(client.presence, client.confirmedUpTo) !== undefined;
      portion.set(record.key, { client, due: pending ? { at: record.timestamp + settings.offlineGrace, moved: true } : undefined });
      if (portion.size < PORTION) continue;
      await this.owned.apply([...portion.values()]);
      portion = new Map();
    }
    await this.owned.apply([...portion.values()]);
  }

  async #reach(offset: bigint): Promise<void> {
    await this.owned.apply([], offset);
    this.watermark = offset;
  }
}
