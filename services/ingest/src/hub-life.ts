/** A place in an Event Hubs partition, with the life of the event hub that it belongs to. */
export interface HubPosition {
  readonly sequenceNumber: number;
  /** Opaque: only the service can compare two of them. */
  readonly offset: string;
  /** When the event hub was created (`createdOn`), ISO 8601. A hub that was recreated, or another one that took over its name, numbers its events
   *  anew. Undefined where it is not known: the checkpoint was written by another program, or the service did not say. */
  readonly life: string | undefined;
}

/** A position as the blob container keeps it. */
export interface Checkpoint extends HubPosition {
  /** By the storage's clock. */
  readonly writtenAt: Date;
}

/** What the service says of a hub and one of its partitions. */
export interface Extent {
  readonly life: string | undefined;
  /** Of the newest event that the partition ever had. */
  readonly lastSequenceNumber: number;
  readonly isEmpty: boolean;
}

export type Start =
  | { readonly from: 'after'; readonly position: HubPosition }
  | { readonly from: 'earliest'; readonly anotherLife?: string };

/** Where to begin to read. `known` is the position after what is safe, if there is one. `anotherLife` says by what sign it belongs to another hub. */
export function startOf(known: HubPosition | Checkpoint | undefined, extent: Extent): Start {
  if (known === undefined) return { from: 'earliest' };
  const sign = signOfAnotherLife(known, extent);
  return sign === undefined ? { from: 'after', position: known } : { from: 'earliest', anotherLife: sign };
}

function signOfAnotherLife(known: HubPosition | Checkpoint, extent: Extent): string | undefined {
  if (extent.life !== undefined && known.life !== undefined && known.life !== extent.life) {
    return `the checkpoint belongs to a hub created ${known.life}, and this one was created ${extent.life}`;
  }
  if (extent.life !== undefined && known.life === undefined && 'writtenAt' in known && known.writtenAt < new Date(extent.life)) {
    return `the checkpoint was written ${known.writtenAt.toISOString()}, before this hub was created ${extent.life}`;
  }
  // What a partition says of its last event once all have expired is not documented.
  if (!extent.isEmpty && known.sequenceNumber > extent.lastSequenceNumber) {
    return `the checkpoint is at number ${known.sequenceNumber}, and the last event has number ${extent.lastSequenceNumber}`;
  }
  return undefined;
}

/** Whether a checkpoint may take the place of another: it is further on in the same life, or of a later life. Without a life it counts as the same. */
export function mayReplace(next: HubPosition, stored: HubPosition | undefined): boolean {
  if (stored === undefined) return true;
  if (next.life === undefined || stored.life === undefined || next.life === stored.life) return next.sequenceNumber > stored.sequenceNumber;
  return new Date(next.life) > new Date(stored.life);
}

/** `createdOn` as a life; undefined where the service gave no time. */
export function lifeOf(createdOn: Date): string | undefined {
  return Number.isNaN(createdOn.getTime()) ? undefined : createdOn.toISOString();
}
