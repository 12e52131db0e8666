import { FoldVersionDiffers, readsMemoryOf } from '@rollcall/schema';
import { decodeGeneration, encodeGeneration, newGeneration } from './generation-text.ts';
import type { Keys } from './keys.ts';
import type { ProjectionSettings } from './projection.ts';
import type { ScriptedRedis } from './redis.ts';

/** `building`: a rebuild fills it. `followed`: projectors write it, whether readers use it or not. `dropping`: it is being deleted. */
export type GenerationStatus = 'building' | 'followed' | 'dropping';

/** A whole set of snapshots and indexes, beside others. */
export interface Generation {
  readonly number: number;
  readonly status: GenerationStatus;
  /** Of the fold that its clients were concluded by, when it was begun. */
  readonly foldVersion: number;
  /** What it is folded by, for as long as it exists. Absent: version 1 of the fold began it, and no later one has claimed it. */
  readonly settings: ProjectionSettings | undefined;
}

/** Which generations there are, and which one readers use. */
export class Generations {
  #asked: Promise<readonly Generation[]> | undefined;

  constructor(
    private readonly redis: ScriptedRedis,
    private readonly keys: Keys,
  ) {}

  /** The one that readers use; undefined in an emptied Redis. */
  async active(): Promise<number | undefined> {
    const active = await this.redis.get(this.keys.generation());
    return active === null ? undefined : Number(active);
  }

  /** All of them, by number. */
  async list(): Promise<Generation[]> {
    const listed = await this.redis.hgetall(this.keys.generations());
    return Object.entries(listed)
      .map(([number, text]) => decodeGeneration(Number(number), text))
      .sort((a, b) => a.number - b.number);
  }

  /** Begins with generation 1, folded by these settings, where there is none. */
  async establish(settings: ProjectionSettings): Promise<void> {
    await this.redis.setnx(this.keys.generation(), 1);
    const active = await this.active();
    if (active === undefined) return;
    await this.redis.hsetnx(this.keys.generations(), String(active), encodeGeneration(newGeneration('followed', settings)));
  }

  /** The ones that projectors write, the active one last; none in an emptied Redis. Throws FoldVersionDiffers where this fold cannot go on from
   *  what the active one remembers. Partitions that ask at once share the answer. */
  followed(): Promise<readonly Generation[]> {
    this.#asked ??= Promise.resolve().then(() => {
      this.#asked = undefined;
      return this.#readFollowed();
    });
    return this.#asked;
  }

  /** What a generation is folded by from now on: these settings where it has none, for all who claim it. Undefined where it is gone. */
  async settle(generation: Generation, settings: ProjectionSettings): Promise<ProjectionSettings | undefined> {
    if (generation.settings !== undefined) return generation.settings;
    const text = encodeGeneration({ ...generation, settings });
    const listed = await this.redis.settle(1, this.keys.generations(), String(generation.number), text);
    return listed === null ? undefined : decodeGeneration(generation.number, listed).settings;
  }

  /** Lists it so. */
  async mark({ number, ...generation }: Generation): Promise<void> {
    await this.redis.hset(this.keys.generations(), String(number), encodeGeneration(generation));
  }

  async forget(generation: number): Promise<void> {
    await this.redis.hdel(this.keys.generations(), String(generation));
  }

  /** Lets readers use another generation, from their next question on. False, and nothing is changed, if they do not use `from` any more. */
  async activate(from: number, to: number): Promise<boolean> {
    return (await this.redis.activate(1, this.keys.generation(), String(from), String(to))) === 1;
  }

  async #readFollowed(): Promise<readonly Generation[]> {
    const active = await this.active();
    const listed = await this.list();
    const current = listed.find(({ number }) => number === active);
    if (current === undefined) return [];
    if (!readsMemoryOf(current.foldVersion)) throw new FoldVersionDiffers(`generation ${active}`, current.foldVersion);
    const beside = listed.filter((one) => one !== current && one.status === 'followed' && readsMemoryOf(one.foldVersion));
    return [...beside, current];
  }
}
