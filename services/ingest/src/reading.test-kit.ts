import type { HubMessage } from '@rollcall/log';
import type { Logger } from '@rollcall/service';
import { onTestFinished, vi } from 'vitest';
import { connect, GROUP, type Hub, type HubSettings, startHub } from './hub.test-kit.ts';
import { HubReader } from './hub-reader.ts';
import { type Storage, startStorage } from './storage.test-kit.ts';

export interface ReaderSettings {
  readonly hub?: string;
  readonly group?: string;
  readonly container?: string;
  readonly checkpointInterval?: number;
  readonly onBatch?: (bodies: readonly string[]) => Promise<void>;
}

/** Reads until stopped; `read` is what was handed over, in order. */
export function startReader(
  hub: Hub,
  storage: Storage,
  { onBatch = async () => {}, checkpointInterval = 0, ...over }: ReaderSettings = {},
) {
  const stopping = new AbortController();
  const read: string[] = [];
  const logged: { level: string; text: string; fields: object }[] = [];
  const log = (level: string) => (fields: object, text: string) => logged.push({ level, text, fields });
  const counted = { anotherLife: 0, lost: 0 };
  const azure = connect(hub, storage.connectionString, over);
  const reader = new HubReader({
    ...azure,
    group: over.group ?? GROUP,
    ownershipExpiry: 3_000,
    readAheadBytes: 67_108_864,
    checkpointInterval,
    logger: { info: log('info'), warn: log('warn'), error: log('error') } as unknown as Logger,
    counts: { anotherLife: () => counted.anotherLife++, lost: (events) => (counted.lost += events) },
    onBatch: (messages: readonly HubMessage[]) => {
      const bodies = messages.map(({ body }) => Buffer.from(body).toString());
      read.push(...bodies);
      return onBatch(bodies);
    },
  });
  const ended = reader.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  onTestFinished(stop);
  return {
    ...{ reader, read, logged, counted, stop, ended },
    tellToStop: () => stopping.abort(),
    said: (level: string) => logged.filter((line) => line.level === level).map(({ text }) => text),
    /** Reads all its partitions, as far as it can tell. */
    isReading: () => reader.obstacles().length === 0 && reader.partitions().every(({ state }) => state === 'reading'),
    /** Another ingest claims the partition, as when this one has not renewed its claim for long. */
    async loseTo({ id }: { readonly id: string }, partition = '0') {
      await eventually(async () => {
        const { ownerships } = await azure.store.listOwnerships();
        const known = ownerships.find(({ partitionId }) => partitionId === partition);
        if (!(await azure.store.claim(partition, id, known))) throw new Error('somebody was faster');
      });
    },
    id: azure.client.identifier,
    checkpoint: (partition = '0') => azure.store.readCheckpoint(partition),
  };
}

/** A hub and a storage of one's own, and readers of them. */
export async function reading(settings?: HubSettings) {
  const [hub, storage] = await Promise.all([startHub(settings), startStorage()]);
  onTestFinished(async () => {
    await hub.stop();
    await storage.stop();
  });
  return { hub, storage, start: (over?: ReaderSettings) => startReader(hub, storage, over) };
}

export const eventually = <T>(expectation: () => T | Promise<T>, timeout = 20_000) => vi.waitFor(expectation, { timeout, interval: 20 });

export const numbered = (from: number, count: number) => Array.from({ length: count }, (_, n) => `event ${from + n}`);
