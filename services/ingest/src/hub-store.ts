import type { BlobClient, ContainerClient } from '@azure/storage-blob';
import type { Checkpoint, HubPosition } from './hub-life.ts';

/** Who reads a partition. `ownerId` is empty where its owner gave it up. */
export interface Ownership {
  readonly partitionId: string;
  readonly ownerId: string;
  /** By the storage's clock, in milliseconds since 1970. */
  readonly claimedAt: number;
  readonly etag: string;
}

export interface OwnershipList {
  readonly ownerships: readonly Ownership[];
  /** The storage's own time when it answered, in milliseconds since 1970. */
  readonly now: number;
}

/** The checkpoints and ownerships of one consumer group. */
export interface HubStore {
  /** Creates the container if it is missing. */
  listOwnerships(): Promise<OwnershipList>;
  /** Claims or, with an empty `ownerId`, gives up a partition that is still as `known` says. False: somebody else was faster. */
  claim(partitionId: string, ownerId: string, known: Ownership | undefined): Promise<boolean>;
  readCheckpoint(partitionId: string): Promise<StoredCheckpoint | undefined>;
  /** Writes it over `known` and nothing else. Gives its etag, or undefined where something else is there by now. */
  writeCheckpoint(partitionId: string, position: HubPosition, known: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

export interface StoredCheckpoint extends Checkpoint {
  readonly etag: string;
}

/** How long the storage may take to answer, in milliseconds. */
const ANSWERS_WITHIN = 10_000;

const inTime = (signal?: AbortSignal) => AbortSignal.any([AbortSignal.timeout(ANSWERS_WITHIN), ...(signal ? [signal] : [])]);

/** As blobs with metadata, named and written as Azure's own SDKs do (`eventhubs-checkpointstore-blob`), which can go on from them. Unlike these, it
 *  writes a checkpoint only over the one it knows, and keeps the life of the hub with it. */
export class BlobHubStore implements HubStore {
  constructor(
    private readonly container: ContainerClient,
    /** `namespace host/event hub/consumer group`. */
    private readonly path: string,
  ) {}

  async listOwnerships(): Promise<OwnershipList> {
    try {
      return await this.#listOwnerships();
    } catch (error) {
      if (!hasCode(error, 'ContainerNotFound')) throw error;
      await this.container.createIfNotExists({ abortSignal: inTime() }).catch((cause) => {
        throw new Error(`the container ${this.container.containerName} does not exist and cannot be created`, { cause });
      });
      return this.#listOwnerships();
    }
  }

  async claim(partitionId: string, ownerId: string, known: Ownership | undefined): Promise<boolean> {
    const metadata = { ownerid: ownerId };
    return (await this.#write(this.#blob('ownership', partitionId), metadata, known?.etag, inTime())) !== undefined;
  }

  async readCheckpoint(partitionId: string): Promise<StoredCheckpoint | undefined> {
    try {
      const blob = this.#blob('checkpoint', partitionId);
      const { metadata = {}, etag, lastModified } = await blob.getProperties({ abortSignal: inTime() });
      const { sequencenumber, offset, hubcreatedon } = metadata;
      if (sequencenumber === undefined || !/^-?\d+$/.test(sequencenumber) || offset === undefined || etag === undefined) {
        throw new Error(`the checkpoint ${blob.name} cannot be read: delete it to begin with the earliest event`);
      }
      const writtenAt = lastModified ?? new Date();
      return { sequenceNumber: Number(sequencenumber), offset, life: hubcreatedon, etag, writtenAt };
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async writeCheckpoint(partitionId: string, position: HubPosition, known: string | undefined, signal: AbortSignal) {
    const { sequenceNumber, offset, life } = position;
    const metadata = { sequencenumber: String(sequenceNumber), offset, ...(life !== undefined && { hubcreatedon: life }) };
    return this.#write(this.#blob('checkpoint', partitionId), metadata, known, inTime(signal));
  }

  async #listOwnerships(): Promise<OwnershipList> {
    const ownerships: Ownership[] = [];
    let now = Date.now();
    const pages = this.container
      .listBlobsFlat({ prefix: `${this.path}/ownership/`, includeMetadata: true, abortSignal: inTime() })
      .byPage();
    for await (const { date, segment } of pages) {
      now = date?.getTime() ?? now;
      for (const { name, metadata, properties } of segment.blobItems) {
        const partitionId = name.slice(name.lastIndexOf('/') + 1);
        const claimedAt = properties.lastModified.getTime();
        ownerships.push({ partitionId, ownerId: metadata?.['ownerid'] ?? '', claimedAt, etag: properties.etag });
      }
    }
    return { ownerships, now };
  }

  /** Only over what has this etag; without one, only where nothing is. */
  async #write(blob: BlobClient, metadata: Record<string, string>, etag: string | undefined, abortSignal: AbortSignal) {
    try {
      // To set the metadata is cheaper than a new blob where the account keeps versions.
      if (etag !== undefined) return (await blob.setMetadata(metadata, { conditions: { ifMatch: etag }, abortSignal })).etag;
      return (await blob.getBlockBlobClient().upload('', 0, { metadata, conditions: { ifNoneMatch: '*' }, abortSignal })).etag;
    } catch (error) {
      if (SOMETHING_ELSE_IS_THERE.some((code) => hasCode(error, code))) return undefined;
      throw error;
    }
  }

  #blob(kind: 'ownership' | 'checkpoint', partitionId: string): BlobClient {
    return this.container.getBlobClient(`${this.path}/${kind}/${partitionId}`);
  }
}

/** Another etag; it exists; it was deleted. Not every 412 is one of them: a lease that somebody holds refuses for as long as it lasts. */
const SOMETHING_ELSE_IS_THERE = ['ConditionNotMet', 'TargetConditionNotMet', 'BlobAlreadyExists', 'BlobNotFound'];

/** Names are not case-sensitive in Event Hubs, and are in the storage. */
export function pathOf(namespace: string, hub: string, group: string): string {
  return `${namespace}/${hub}/${group}`.toLowerCase();
}

function hasStatus(error: unknown, status: number): boolean {
  return (error as { statusCode?: unknown } | undefined)?.statusCode === status;
}

function hasCode(error: unknown, code: string): boolean {
  const { code: own, details } = error as { code?: unknown; details?: { errorCode?: unknown } };
  return own === code || details?.errorCode === code;
}
