import { FOLD_VERSION, FoldVersionDiffers } from '@rollcall/schema';
import type { Keys } from './keys.ts';
import type { ScriptedRedis } from './redis.ts';

/** `building`: a rebuild fills it. `followed`: projectors write it, whether readers use it or not. `dropping`: it is being deleted. */
export type GenerationStatus = 'building' | 'followed' | 'dropping';

/** A whole set of snapshots and indexes, beside others. */
export interface Generation {
  readonly number: number;
  readonly status: GenerationStatus;
  readonly foldVersion: number;
}

/** Which generations there are, and which one readers use. */
export class Generations {
  #asked: Promise<readonly number[]> | undefined;

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
      .map(([number, text]) => decode(Number(number), text))
      .sort((a, b) => a.number - b.number);
  }

  /** Begins with generation 1 where there is none. */
  async establish(): Promise<void> {
    await this.redis.setnx(this.keys.generation(), 1);
    const active = await this.active();
    if (active !== undefined) await this.redis.hsetnx(this.keys.generations(), String(active), encode('followed'));
  }

  /** The ones that projectors write, the active one last; none in an emptied Redis. Throws FoldVersionDiffers where the active one was
   *  written by another fold. Partitions that ask at once share the answer. */
  followed(): Promise<readonly number[]> {
    this.#asked ??= Promise.resolve().then(() => {
      this.#asked = undefined;
      return this.#readFollowed();
    });
    return this.#asked;
  }

  async mark(generation: number, status: GenerationStatus): Promise<void> {
    await this.redis.hset(this.keys.generations(), String(generation), encode(status));
  }

  async forget(generation: number): Promise<void> {
    await this.redis.hdel(this.keys.generations(), String(generation));
  }

  /** Lets readers use another generation, from their next question on. False, and nothing is changed, if they do not use `from` any more. */
  async activate(from: number, to: number): Promise<boolean> {
    return (await this.redis.activate(1, this.keys.generation(), String(from), String(to))) === 1;
  }

  async #readFollowed(): Promise<readonly number[]> {
    const active = await this.active();
    const listed = await this.list();
    const current = listed.find(({ number }) => number === active);
    if (current === undefined) return [];
    if (current.foldVersion !== FOLD_VERSION) throw new FoldVersionDiffers(`generation ${active}`, current.foldVersion);
    const beside = listed.filter((one) => one !== current && one.status === 'followed' && one.foldVersion === FOLD_VERSION);
    return [...beside, current].map(({ number }) => number);
  }
}

function encode(status: GenerationStatus): string {
  return `${status} ${FOLD_VERSION}`;
}

function decode(number: number, text: string): Generation {
  const [status, foldVersion] = text.split(' ');
  return { number, status: status as GenerationStatus, foldVersion: Number(foldVersion) };
}
