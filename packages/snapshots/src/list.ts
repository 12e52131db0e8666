import { type ClientSnapshot, decodeName, encodeName, timeToMilliseconds } from '@rollcall/schema';
import { encodeCursor } from './cursor.ts';
import type { IndexOrder } from './keys.ts';
import { merge, type Place, type Run } from './merge.ts';
import type { Entry, PartitionReader } from './partition-reader.ts';
import { type Selection, sinceScore } from './selection.ts';

/** A part of a list. */
export interface Page {
  readonly clients: readonly ClientSnapshot[];
  /** Where the next page starts; absent on the last one. */
  readonly cursor?: string;
}

/** Entries that a page looks at, about. Where few of them are what was asked for, it is short, and the next goes on. */
const ENTRIES_PER_PAGE = 2_000;

/** One list over all partitions: their buckets merged into one order, each entry checked against its client. */
export class List {
  constructor(
    private readonly partitions: readonly PartitionReader[],
    private readonly selection: Selection,
    private readonly order: IndexOrder,
  ) {}

  /** The clients that come after a place. Throws PartitionRestoring. */
  async page(limit: number, after: Place): Promise<Page> {
    const clients: ClientSnapshot[] = [];
    let wanted = Math.ceil(limit / this.partitions.length);
    let place = after;
    for (let looked = 0; looked < ENTRIES_PER_PAGE; wanted *= 2) {
      const { entries, isEnd } = await this.#next(place, wanted);
      const likely = entries.filter(({ name }) => name.startsWith(this.selection.prefix));
      while (likely.length > 0 && clients.length < limit) {
        const some = likely.splice(0, limit - clients.length);
        clients.push(...(await this.#read(some)));
        place = some.at(-1) ?? place;
      }
      if (isEnd && likely.length === 0) return { clients };
      if (clients.length === limit) break;
      place = entries.at(-1) ?? place;
      looked += entries.length;
    }
    return { clients, cursor: encodeCursor(this.order, place) };
  }

  /** The entries that come after a place: about so many of each partition. */
  async #next(after: Place, wanted: number): Promise<Run<Entry>> {
    const { namespace, prefix, pattern } = this.selection;
    const query = { order: this.order, after, wanted, namespace: encodeName(namespace), pattern, prefix };
    const runs = await Promise.all(this.partitions.map((partition) => partition.index(query)));
    return merge(runs.flat().map((run) => this.#upToEnd(run)));
  }

  /** Without what lies beyond the last time asked for. */
  #upToEnd(run: Run<Entry>): Run<Entry> {
    const { before } = this.selection;
    if (this.order === 'name' || before === undefined) return run;
    const end = timeToMilliseconds(before);
    const entries = run.entries.filter(({ since = 0 }) => since <= end);
    return { entries, isEnd: run.isEnd || entries.length < run.entries.length };
  }

  /** The clients of some entries, without those that are not what was asked for, or have moved on to another place. */
  async #read(entries: readonly Entry[]): Promise<ClientSnapshot[]> {
    const namespace = this.selection.namespace;
    const read = new Map<Entry, ClientSnapshot>();
    const groups = Map.groupBy(entries, ({ partition }) => partition);
    await Promise.all(
      [...groups].map(async ([partition, some]) => {
        const ids = some.map(({ name }) => ({ namespace, client: decodeName(name) }));
        const found = await partition.snapshots(ids);
        some.forEach((entry, at) => {
          const client = found[at];
          if (client !== undefined && this.selection.holdsFor(client) && this.#isInPlace(client, entry)) read.set(entry, client);
        });
      }),
    );
    return entries.flatMap((entry) => read.get(entry) ?? []);
  }

  #isInPlace(client: ClientSnapshot, { since }: Entry): boolean {
    return this.order === 'name' || sinceScore(client) === since;
  }
}
