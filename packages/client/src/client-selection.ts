import { clientKey, encodeName, partitionOf } from '@rollcall/schema';

/** Whose records: everybody's, those of one namespace, or of one client of it. */
export interface WhoseRecords {
  readonly namespace?: string | undefined;
  /** Client authentication name; only with its namespace. */
  readonly client?: string | undefined;
}

/** Clients told by the bytes of their keys, before anything else of a record is looked at. */
export class ClientSelection {
  /** The whole key of one client, or what the keys of a namespace begin with. */
  readonly #key: Buffer;
  readonly #isOne: boolean;

  constructor({ namespace, client }: WhoseRecords) {
    if (client !== undefined && namespace === undefined) throw new TypeError('a client is named with its namespace');
    this.#isOne = client !== undefined;
    this.#key = Buffer.from(
      namespace === undefined ? '' : client === undefined ? `${encodeName(namespace)}/` : clientKey(namespace, client),
    );
  }

  has(key: Uint8Array | null): boolean {
    if (key === null || key.length < this.#key.length) return false;
    if (this.#isOne && key.length !== this.#key.length) return false;
    return this.#key.equals(key.subarray(0, this.#key.length));
  }

  /** Of all partitions those that hold them. */
  of<T>(partitions: ReadonlyMap<number, T>): Map<number, T> {
    if (!this.#isOne) return new Map(partitions);
    const theirs = partitionOf(this.#key.toString(), partitions.size);
    return new Map([...partitions].filter(([partition]) => partition === theirs));
  }
}
