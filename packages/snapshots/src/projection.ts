import { clientsOf, type EventRecord, type FoldedBatch, type FoldSettings, foldBatch, readRecord } from '@rollcall/fold';
import type { ClientWrite, OwnedPartition } from './owned-partition.ts';

export interface ProjectionSettings extends FoldSettings {
  /** How long a client must stay away until its offline is confirmed, in milliseconds. */
  readonly offlineGrace: number;
}

/** Folds records of the partition's log onto the clients as Redis has them. Nothing is written. Throws ChainBroken. */
export async function loadAndFold<R extends EventRecord>(
  partition: OwnedPartition,
  records: readonly R[],
  settings: FoldSettings,
): Promise<FoldedBatch<R>> {
  const read = records.map(readRecord);
  const ids = clientsOf(read);
  const clients = await partition.load([...ids.values()]);
  const loaded = new Map([...ids.keys()].map((key, at) => [key, clients[at]] as const));
  return foldBatch(read, loaded, settings);
}

/** What a folded batch leaves to write, each client with the time at which its deadline falls due. */
export function writesOf({ clients }: FoldedBatch, { offlineGrace }: ProjectionSettings): ClientWrite[] {
  return [...clients.values()].map(({ client, pending }) => ({
    client,
    due: pending && { at: pending.since + offlineGrace, moved: pending.moved },
  }));
}

/** Folds records of the log into Redis alone, up to a watermark or leaving it as it is. Throws ChainBroken. */
export async function foldInto(
  partition: OwnedPartition,
  records: readonly EventRecord[],
  settings: ProjectionSettings,
  watermark?: bigint,
): Promise<void> {
  await partition.apply(writesOf(await loadAndFold(partition, records, settings), settings), watermark);
}
