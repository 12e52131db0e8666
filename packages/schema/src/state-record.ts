import { z } from 'zod';
import { SequenceNumber } from './sequence-number.ts';
import { TimeText } from './time.ts';

/** Raised when the same events would give another state: state of another version is not restored from, it is folded anew. */
export const FOLD_VERSION = 2;

/** What a fold wrote that concludes otherwise: it must not be mixed with this one's. */
export class FoldVersionDiffers extends Error {
  override readonly name = 'FoldVersionDiffers';
  readonly retryable = false;
  constructor(what: string, found: number) {
    super(`${what} was written by fold version ${found}, not ${FOLD_VERSION}: rebuild it with this version (rollcall rebuild)`);
  }
}

const Text = z.string();
const Offset = z.string().regex(/^\d+$/).transform(BigInt);
const Connected = z.object({ sequenceNumber: SequenceNumber, time: TimeText });
const LatestConnected = Connected.extend({ firstTime: TimeText });
const Disconnected = Connected.extend({ reason: Text });

/** All that is remembered of a client and its sessions. A `newest…` that equals its `latest…` is not stored twice. */
const Memory = z.object({
  source: z.object({ time: TimeText, source: Text }).optional(),
  confirmedUpTo: TimeText.optional(),
  forgottenUpTo: TimeText.optional(),
  forgottenConnected: TimeText.optional(),
  written: z
    .object({
      updatedOn: TimeText,
      time: TimeText,
      id: Text,
      createdOn: TimeText,
      clientName: Text,
      state: Text,
      attributes: z.custom<{ readonly [name: string]: unknown }>((value) => typeof value === 'object' && value !== null),
    })
    .optional(),
  deleted: z.object({ time: TimeText, id: Text, clientName: Text }).optional(),
  sessions: z.array(
    z.object({
      session: Text,
      offset: Offset,
      forgottenUpTo: TimeText.optional(),
      latestConnected: LatestConnected.optional(),
      newestConnected: Connected.optional(),
      latestDisconnected: Disconnected.optional(),
      newestDisconnected: Disconnected.optional(),
    }),
  ),
});

/** One record of `rollcall.state`, decoded: what a projector restores a client from. The record also carries the snapshots, for readers. */
export const StateRecord = z.object({
  foldVersion: z.int(),
  position: z.object({ partition: z.int(), offset: Offset }),
  client: z.object({ namespace: Text, client: Text }),
  memory: Memory,
});
export type StateRecord = z.infer<typeof StateRecord>;
/** The same as it stands in the topic. */
export type StateMemoryJson = z.input<typeof Memory>;
