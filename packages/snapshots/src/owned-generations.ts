import type { Generation, Generations } from './generations.ts';
import type { Keys } from './keys.ts';
import { ChainBroken, OwnedPartition, type Watermark } from './owned-partition.ts';
import type { ProjectionSettings } from './projection.ts';
import type { ScriptedRedis } from './redis.ts';

export interface ClaimedPartition {
  readonly partition: OwnedPartition;
  readonly watermark: Watermark;
}

/** One partition in every generation that projectors write, as its owner since `claim`. */
export class OwnedGenerations {
  private constructor(
    private readonly generations: Generations,
    private readonly followed: readonly Generation[],
    /** As they were claimed, the active one last. */
    readonly claimed: readonly ClaimedPartition[],
    /** The one that readers use. */
    readonly active: OwnedPartition,
    /** The others: they are written first, so that readers never go backwards when they change over. */
    readonly beside: readonly OwnedPartition[],
  ) {}

  /** Takes the partition over in each of them. `settings`: of a generation that begins now, or that has none yet. Throws ChainBroken if Redis is
   *  emptied meanwhile, FoldVersionDiffers, LayoutOutdated. */
  static async claim(
    redis: ScriptedRedis,
    keys: Keys,
    generations: Generations,
    partition: number,
    settings: ProjectionSettings,
    cache: number,
  ): Promise<OwnedGenerations> {
    await generations.establish(settings);
    const followed = await generations.followed();
    const claimed: ClaimedPartition[] = [];
    for (const generation of followed) {
      const its = await generations.settle(generation, settings);
      if (its === undefined) throw new ChainBroken();
      claimed.push(await OwnedPartition.claim(redis, keys.partition(generation.number, partition), its, cache));
    }
    const owned = claimed.map(({ partition: one }) => one);
    const active = owned.pop();
    // Emptied meanwhile.
    if (active === undefined) throw new ChainBroken();
    const all = new OwnedGenerations(generations, followed, claimed, active, owned);
    // Whatever was dropped or begun since the list was read.
    await all.check();
    return all;
  }

  /** Throws ChainBroken if Redis is not as this owner left it, or if other generations are to be written. */
  async check(): Promise<void> {
    for (const { partition } of this.claimed) await partition.check();
    if (numbersOf(await this.generations.followed()) !== numbersOf(this.followed)) throw new ChainBroken();
  }
}

function numbersOf(generations: readonly Generation[]): string {
  return String(generations.map(({ number }) => number));
}
