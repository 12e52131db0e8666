import { clientsOf, DEFAULT_SETTINGS, type EventRecord, FoldingBatch, type FoldSettings, keyRecord } from '@rollcall/fold';
import type { ClientWrite, OwnedPartition } from './owned-partition.ts';

export interface ProjectionSettings extends FoldSettings {
  /** How long a client must stay away until its offline is confirmed, in milliseconds. */
  readonly offlineGrace: number;
}

/** By which a generation is folded that says nothing else. */
export const DEFAULT_PROJECTION: ProjectionSettings = { ...DEFAULT_SETTINGS, offlineGrace: 60_000 };

/** Records of the partition's log, to be folded onto the clients as they were written or staged last. Nothing is written. Throws ChainBroken. */
export async function loadBatch<R extends EventRecord>(partition: OwnedPartition, records: readonly R[]): Promise<FoldingBatch<R>> {
  const keyed = records.map(keyRecord);
  return new FoldingBatch(keyed, await partition.load(clientsOf(keyed)), partition.settings);
}

/** What a batch leaves to write, each client with the time at which its deadline falls due. */
export function writesOf(batch: FoldingBatch, { offlineGrace }: ProjectionSettings): ClientWrite[] {
  return batch.clients().map(({ client, pending }) => ({
    client,
    due: pending && { at: pending.since + offlineGrace, moved: pending.moved },
  }));
}

/** Folds records of the log into Redis alone, up to a watermark or leaving it as it is. Throws ChainBroken. */
export async function foldInto(partition: OwnedPartition, records: readonly EventRecord[], watermark?: bigint): Promise<void> {
  await partition.apply(writesOf(await loadBatch(partition, records), partition.settings), watermark);
}
