import type { NewRecord } from './record.ts';

/** Bytes of one produce request, well under the broker's `message.max.bytes` for what is not itself larger. */
export const MAX_REQUEST_BYTES = 900_000;

/** What Kafka's record format adds to key, value and headers, generously. */
const RECORD_OVERHEAD = 100;

/** The records in order, in runs that fit into one request; a record larger than that goes alone. */
export function* inRequests(records: readonly NewRecord[]): Iterable<readonly NewRecord[]> {
  let from = 0;
  let size = 0;
  for (const [at, record] of records.entries()) {
    const length = lengthOf(record);
    if (size + length > MAX_REQUEST_BYTES && at > from) {
      yield records.slice(from, at);
      from = at;
      size = 0;
    }
    size += length;
  }
  if (from < records.length) yield records.slice(from);
}

function lengthOf({ key, value, headers }: NewRecord): number {
  let length = RECORD_OVERHEAD + bytes(key) + bytes(value);
  for (const name in headers) length += bytes(name) + bytes(headers[name] ?? null);
  return length;
}

function bytes(content: string | Uint8Array | null): number {
  return content === null ? 0 : Buffer.byteLength(content);
}
