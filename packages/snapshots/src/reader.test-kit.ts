import type { ClientState } from '@rollcall/fold';
import type { LogEvent } from '@rollcall/schema';
import { onTestFinished } from 'vitest';
import { clientsAfter, SETTINGS } from './histories.test-kit.ts';
import { partitionOfClient } from './keys.ts';
import { type ListOptions, SnapshotReader } from './reader.ts';
import type { TestRedis } from './redis-server.test-kit.ts';
import type { ListFilter } from './selection.ts';
import { SnapshotStore } from './store.ts';

export const PARTITIONS = 3;
const QUIET = { patient: false, onError: () => {}, prefix: 'test' };

/** A projector's and a reader's side of one Redis, until the test is finished. */
export async function open({ url }: TestRedis) {
  const store = new SnapshotStore({ ...QUIET, url, settings: SETTINGS });
  const reader = new SnapshotReader({ ...QUIET, url });
  onTestFinished(() => {
    store.close();
    reader.close();
  });
  await store.connect();

  /** Writes these clients, each partition with this watermark. */
  const write = async (clients: readonly ClientState[], watermark?: bigint) => {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const { active } = await store.claim(partition, PARTITIONS);
      const own = clients.filter((id) => partitionOfClient(id, PARTITIONS) === partition);
      await active.apply(
        own.map((client) => ({ client })),
        watermark,
      );
    }
  };
  /** As projectors leave Redis when the log holds these events. */
  const project = async (...log: LogEvent[]) => {
    const clients = clientsAfter(log);
    await write(clients, BigInt(log.length));
    return clients;
  };
  /** All pages of a list, names only. */
  const pages = async (filter: ListFilter, options: ListOptions = {}) => {
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await reader.list(filter, { ...options, cursor });
      found.push(page.clients.map(({ client }) => client));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  };
  return { store, reader, write, project, pages };
}

/** A reader of nothing that answers. */
export function readerOf(url: string): SnapshotReader {
  return new SnapshotReader({ ...QUIET, url });
}
