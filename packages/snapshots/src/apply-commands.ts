import { encodeName } from '@rollcall/schema';
import type { Fields } from './fields.ts';
import type { IndexOrder, PartitionKeys } from './keys.ts';
import type { StoredClient } from './stored-client.ts';

const NOTHING: Fields = {};

/** Gathers what turns clients of one partition from what is stored into what is to be stored: only what differs, and what many clients have
 *  in common in one command. */
export class ApplyCommands {
  clients = 0;
  words = 0;
  readonly #commands: string[][] = [];
  readonly #counts = new Map<string, number>();
  /** Sorted sets: members that go, scores and members that come. */
  readonly #removed = new Map<string, string[]>();
  readonly #added = new Map<string, string[]>();
  readonly #sources = new Map<string, string>();

  constructor(private readonly keys: PartitionKeys) {}

  /** `due` in milliseconds since 1970, where its deadline is to be set. */
  add(before: StoredClient, after: StoredClient, due: number | undefined): void {
    this.clients++;
    const { key, client } = after;
    this.#hash(this.keys.client(key), before.fields, after.fields);
    for (const [session, is] of after.sessions) {
      const was = before.sessions.get(session);
      if (was !== is) this.#hash(this.keys.session(`${key}/${encodeName(session)}`), was?.fields ?? NOTHING, is.fields);
    }
    const id = after.fields['source'];
    if (id !== undefined && id !== before.fields['source']) this.#sources.set(id, client.source?.source ?? '');
    this.#move(encodeName(client.client), before, after);
    if (due !== undefined) collect(this.#added, this.keys.deadlines(), due.toString(), key);
    else if (before.pending && !after.pending) collect(this.#removed, this.keys.deadlines(), key);
  }

  watermark(offset: bigint): void {
    this.#command(['HSET', this.keys.meta(), 'watermark', offset.toString()]);
  }

  /** As APPLY takes them. */
  toJson(): string {
    const counts = [...this.#counts].filter(([, by]) => by !== 0);
    const removed = [...this.#removed].map(([set, members]) => ['ZREM', set, ...members]);
    const added = [...this.#added].map(([set, members]) => ['ZADD', set, ...members]);
    const sources = this.#sources.size > 0 ? [['HSET', this.keys.sources(), ...[...this.#sources].flat()]] : [];
    return JSON.stringify([counts, [...this.#commands, ...removed, ...added, ...sources]]);
  }

  #hash(key: string, before: Fields, after: Fields): void {
    const set = ['HSET', key];
    for (const name in after) {
      const value = after[name];
      if (value !== undefined && value !== before[name]) set.push(name, value);
    }
    if (set.length > 2) this.#command(set);
    const gone = ['HDEL', key];
    for (const name in before) if (after[name] === undefined) gone.push(name);
    if (gone.length > 2) this.#command(gone);
  }

  /** From its former bucket to its new one. */
  #move(name: string, before: StoredClient, after: StoredClient): void {
    const moves = before.bucket !== after.bucket;
    if (moves && before.bucket !== undefined) {
      for (const order of ORDERS) collect(this.#removed, this.keys.index(order, before.bucket), name);
      this.#count(before.bucket, -1);
    }
    if (after.bucket === undefined) return;
    if (moves || before.score !== after.score) collect(this.#added, this.keys.index('since', after.bucket), after.score.toString(), name);
    if (!moves) return;
    collect(this.#added, this.keys.index('name', after.bucket), '0', name);
    this.#count(after.bucket, 1);
  }

  #count(bucket: string, by: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + by);
  }

  #command(words: string[]): void {
    this.#commands.push(words);
    this.words += words.length;
  }
}

const ORDERS: readonly IndexOrder[] = ['since', 'name'];

function collect(members: Map<string, string[]>, set: string, ...some: string[]): void {
  const found = members.get(set);
  if (found === undefined) members.set(set, some);
  else found.push(...some);
}
