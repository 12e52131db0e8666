import type { ClientState } from '@rollcall/fold';
import { encodeName } from '@rollcall/schema';
import type { BucketCounts } from './bucket-counts.ts';
import { sourceId } from './client-codec.ts';
import type { IndexOrder, PartitionKeys } from './keys.ts';
import type { ClientEntries, StoredClient } from './stored-client.ts';

/** Gathers what turns clients of one partition from what is stored into what is to be stored: each client's JSON, and of indexes, counts and
 *  deadlines what differs, what many clients have in common in one command. */
export class ApplyCommands {
  /** In characters. */
  length = 0;
  /** Key and JSON of each client. */
  readonly #clients: string[] = [];
  #watermark: bigint | undefined;
  /** By how many clients each bucket changes. */
  readonly #counts = new Map<string, number>();
  /** Sorted sets: members that go, scores and members that come. */
  readonly #removed = new Map<string, string[]>();
  readonly #added = new Map<string, string[]>();
  readonly #sources = new Map<string, string>();

  constructor(private readonly keys: PartitionKeys) {}

  get clients(): number {
    return this.#clients.length / 2;
  }

  /** `before` is its entries as they are; `due` in milliseconds since 1970, where its deadline is to be set. */
  add({ key, client }: ClientState, { text, entries: after }: StoredClient, before: ClientEntries, due: number | undefined): void {
    this.#clients.push(this.keys.client(key), text);
    this.length += text.length;
    const { source } = after;
    if (source !== undefined && source !== before.source) this.#sources.set(sourceId(source), source);
    this.#move(encodeName(client), before, after);
    if (due !== undefined) collect(this.#added, this.keys.deadlines(), due.toString(), key);
    else if (before.pending && !after.pending) collect(this.#removed, this.keys.deadlines(), key);
  }

  watermark(offset: bigint): void {
    this.#watermark = offset;
  }

  /** As APPLY takes them. What was counted is added to `counts`, which are those of the partition. */
  toArguments(counts: BucketCounts): string[] {
    const commands = [
      ...counts.add(this.#counts).map(([namespace, text]) => this.#countCommand(namespace, text)),
      ...[...this.#removed].map(([set, members]) => ['ZREM', set, ...members]),
      ...[...this.#added].map(([set, members]) => ['ZADD', set, ...members]),
      ...(this.#sources.size > 0 ? [['HSET', this.keys.sources(), ...[...this.#sources].flat()]] : []),
      ...(this.#watermark !== undefined ? [['HSET', this.keys.meta(), 'watermark', this.#watermark.toString()]] : []),
    ];
    return [JSON.stringify(commands), ...this.#clients];
  }

  #countCommand(namespace: string, text: string): string[] {
    return text === '' ? ['HDEL', this.keys.counts(), namespace] : ['HSET', this.keys.counts(), namespace, text];
  }

  /** From its former bucket to its new one. */
  #move(name: string, before: ClientEntries, after: ClientEntries): void {
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
}

const ORDERS: readonly IndexOrder[] = ['since', 'name'];

function collect(members: Map<string, string[]>, set: string, ...some: string[]): void {
  const found = members.get(set);
  if (found === undefined) members.set(set, some);
  else found.push(...some);
}
