import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type LogOptions, Offsets, type Place, rangesOf } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';
import { ChainBroken, DEFAULT_PROJECTION, type Generation, type RebuildStore } from '@rollcall/snapshots';
import { changed, type FoldOptions } from '../fold-options.ts';
import { type Comparison, compareGenerations } from './compare.ts';
import { GenerationBegunOtherwise, GenerationBusy, NothingToSwitchTo, RebuildInterrupted, SnapshotsBehindActive } from './errors.ts';
import { PartitionFill } from './fill.ts';
import { Pace } from './pace.ts';

/** Partitions that are folded side by side. */
const CONCURRENCY = 4;
/** How often it is asked whether projectors have taken the generation over, and for how long, in milliseconds. */
const POLL = 100;
const PROJECTORS_WITHIN = 15_000;

/** How to rebuild. */
export interface RebuildOptions {
  /** Where in the log to begin; what the log no longer holds below that is taken from `rollcall.state`. Default: as far back as it is kept. */
  readonly from?: Place | undefined;
  /** What to fold by, where that is to change. */
  readonly fold?: FoldOptions | undefined;
  /** At most so many events per second, over all partitions. Default: as fast as it goes. */
  readonly rate?: number | undefined;
  /** Ends it; another call goes on where it was. */
  readonly signal?: AbortSignal | undefined;
  /** Told twice a second how far it has come. */
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
}

/** How far a rebuild has come. */
export interface RebuildProgress {
  /** The one that is built. */
  readonly generation: number;
  /** `follow`: it is whole, and the projectors are about to take it over. */
  readonly step: 'fold' | 'follow';
  /** Events folded so far, since this call began. */
  readonly events: number;
  /** Events still to fold. */
  readonly left: number;
  /** Events per second. */
  readonly rate: number;
  /** Undefined while nothing is known of the rate. */
  readonly secondsLeft?: number;
}

/** What a rebuild has built. */
export interface Rebuilt {
  /** Its number. */
  readonly generation: number;
  /** Begun by an earlier call that did not come to its end. */
  readonly resumed: boolean;
  /** Events folded by this call. */
  readonly events: number;
}

/** Which generations of the snapshots there are. */
export interface Generations {
  /** The one that readers use. */
  readonly active: number;
  /** One beside it: begun by a rebuild (`building`), or written along with the active one (`followed`): whole, and not switched to yet
   *  (a higher number), or kept for a rollback (a lower one). `dropping`: a drop did not come to its end. */
  readonly other?: { readonly number: number; readonly status: 'building' | 'followed' | 'dropping' };
}

interface Building {
  readonly generation: Generation;
  readonly active: number;
  /** Where the log begins, by partition. */
  readonly starts: ReadonlyMap<number, { readonly start: bigint }>;
  readonly offsets: Offsets;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly onProgress: RebuildOptions['onProgress'];
}

/** Folds the log into a new generation of the snapshots beside the one that readers use; nothing is written to the derived topics by it. */
export class Rebuild {
  constructor(
    private readonly store: RebuildStore,
    private readonly log: LogOptions,
  ) {}

  /** Which generations there are. Throws NoSnapshots, RedisUnavailable. */
  async generations(): Promise<Generations> {
    await this.store.connect();
    const { active, other } = await this.store.generations();
    return { active, ...(other && { other: { number: other.number, status: other.status } }) };
  }

  /** Builds the generation, or goes on with one that was begun, until it has all that the active one has and the projectors write both.
   *  May be repeated after any failure; waits while the active one is being restored. Throws GenerationBusy where a whole one exists
   *  already, GenerationBegunOtherwise where one was begun by other settings than are given, RebuildInterrupted, RedisUnavailable, LogUnavailable, FoldVersionDiffers, and what `signal` aborts with. */
  async run({ from, fold = {}, rate, signal = new AbortController().signal, onProgress }: RebuildOptions = {}): Promise<Rebuilt> {
    await this.store.connect();
    const { active, other } = await this.store.generations();
    if (other !== undefined && other.status !== 'building') throw new GenerationBusy(other.number, active);
    const settings = changed(other?.settings ?? (await this.store.settings()), fold);
    if (other !== undefined && !isDeepStrictEqual(other.settings, settings)) throw new GenerationBegunOtherwise(other.number);
    const offsets = new Offsets(this.log);
    try {
      // Before anything is begun: the place may be none.
      const starts = await rangesOf(offsets, topicNames(this.log.prefix).events, { from });
      const generation = other ?? (await this.store.begin(settings));
      const pace = new Pace(rate);
      await this.#build({ generation, active, starts, offsets, pace, signal, onProgress });
      return { generation: generation.number, resumed: other !== undefined, events: pace.events };
    } finally {
      await offsets.close();
    }
  }

  /** Compares the other generation with the active one. `examples`: at most so many. Throws NothingToSwitchTo. */
  async compare({ examples = 10 }: { readonly examples?: number } = {}): Promise<Comparison> {
    const { active, other } = await this.generations();
    if (other === undefined || other.status === 'dropping') throw new NothingToSwitchTo('compare with');
    return compareGenerations(this.store, { active, other: other.number, examples });
  }

  /** Lets readers use the generation that was built; the former one is kept for `rollback`. Returns its number.
   *  Throws NothingToSwitchTo, SnapshotsBehindActive. */
  async switch(): Promise<number> {
    const { active, other } = await this.generations();
    if (other?.status !== 'followed' || other.number < active) throw new NothingToSwitchTo('switch to');
    return this.#activate(active, other.number);
  }

  /** Lets readers use the former generation again. Returns its number. Throws NothingToSwitchTo, SnapshotsBehindActive. */
  async rollback(): Promise<number> {
    const { active, other } = await this.generations();
    if (other?.status !== 'followed' || other.number > active) throw new NothingToSwitchTo('roll back to');
    return this.#activate(active, other.number);
  }

  /** Deletes the generation beside the active one, whatever it is. Returns its number. Throws NothingToSwitchTo. */
  async drop(): Promise<number> {
    await this.store.connect();
    const { other } = await this.store.generations();
    if (other === undefined) throw new NothingToSwitchTo('drop');
    await this.store.drop(other);
    return other.number;
  }

  async #build({ generation, active, starts, offsets, pace, signal, onProgress }: Building): Promise<void> {
    try {
      const fills = await this.#claim(generation, offsets, pace, signal);
      const say = async (step: RebuildProgress['step']) =>
        onProgress?.(progressOf(generation.number, step, fills, await this.#marks(active), pace));
      const ticking = setInterval(() => void say('fold').catch(() => {}), 500);
      try {
        await eachOf(fills, async (fill, partition) => {
          await fill.begin(starts.get(partition)?.start ?? 0n);
          await this.#reachActive(fill, partition, active, signal);
        });
      } finally {
        clearInterval(ticking);
      }
      await this.store.follow(generation);
      await say('follow');
      await this.#handOver(fills, generation.number, active, signal);
    } catch (error) {
      if (error instanceof ChainBroken) throw new RebuildInterrupted(generation.number, error);
      throw error;
    }
  }

  async #claim(
    { number, settings = DEFAULT_PROJECTION }: Generation,
    offsets: Offsets,
    pace: Pace,
    signal: AbortSignal,
  ): Promise<PartitionFill[]> {
    const fills: PartitionFill[] = [];
    const { log } = this;
    for (let partition = 0; partition < (await this.store.partitions()); partition++) {
      const { partition: owned, watermark } = await this.store.claim(number, partition, settings);
      const filling = { partition, log, topics: topicNames(log.prefix), offsets, pace, signal };
      fills.push(new PartitionFill(owned, watermark, filling));
    }
    return fills;
  }

  /** Never beyond the active generation: what that has not applied may not be committed. */
  async #reachActive(fill: PartitionFill, partition: number, active: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const mark = (await this.#marks(active))[partition];
      if (mark === undefined) {
        // It is being restored.
        await fill.check();
        await sleep(POLL, undefined, { signal });
      } else if (fill.next !== undefined && fill.next >= mark) return;
      else await fill.upTo(mark);
    }
  }

  /** Until the projectors have taken every partition over and caught up; where none runs, as far as the active one is. */
  async #handOver(fills: readonly PartitionFill[], generation: number, active: number, signal: AbortSignal): Promise<void> {
    for (const began = Date.now(); ; await sleep(POLL, undefined, { signal })) {
      const taken = await Promise.all(fills.map((fill) => fill.isTaken()));
      if (taken.every(Boolean) && (await this.#behind(generation, active)).length === 0) return;
      if (!taken.some(Boolean) && Date.now() - began > PROJECTORS_WITHIN) {
        return eachOf(fills, (fill, partition) => this.#reachActive(fill, partition, active, signal));
      }
    }
  }

  async #activate(from: number, to: number): Promise<number> {
    const behind = await this.#behind(to, from);
    if (behind.length > 0) throw new SnapshotsBehindActive(to, behind);
    if (!(await this.store.activate(from, to))) throw new NothingToSwitchTo('switch to');
    return to;
  }

  /** The partitions in which a generation is behind the active one. */
  async #behind(generation: number, active: number): Promise<number[]> {
    const theirs = await this.#marks(active);
    const marks = await this.#marks(generation);
    return marks.flatMap((mark, partition) => {
      const other = theirs[partition];
      return mark !== undefined && other !== undefined && mark >= other ? [] : [partition];
    });
  }

  async #marks(generation: number): Promise<(bigint | undefined)[]> {
    const marks = await this.store.watermarks(generation);
    return marks.map((mark) => (typeof mark === 'bigint' ? mark : undefined));
  }
}

async function eachOf(fills: readonly PartitionFill[], task: (fill: PartitionFill, partition: number) => Promise<void>): Promise<void> {
  const queue = [...fills.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await task(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function progressOf(
  generation: number,
  step: RebuildProgress['step'],
  fills: readonly PartitionFill[],
  marks: readonly (bigint | undefined)[],
  pace: Pace,
): RebuildProgress {
  const left = fills.reduce((sum, { next }, partition) => sum + Math.max(0, Number((marks[partition] ?? 0n) - (next ?? 0n))), 0);
  const rate = Math.round(pace.average);
  return { generation, step, events: pace.events, left, rate, ...(rate > 0 && { secondsLeft: Math.ceil(left / rate) }) };
}
