import { z } from 'zod';
import { SequenceNumber } from './sequence-number.ts';
import { TimeText } from './time.ts';

/** Raised when the same events would give another state.
 *
 *  1: the first. 2: take-overs (docs/adr/0040), forgotten sessions (0041). What it remembers of a session is what 1 remembers: only conclusions
 *  differ, and they are drawn anew from what is remembered. So 2 reads what 1 wrote (0042). */
export const FOLD_VERSION = 2;

/** Whether this fold can go on from what that version remembered. */
export function readsMemoryOf(foldVersion: number): boolean {
  return foldVersion >= 1 && foldVersion <= FOLD_VERSION;
}

/** What a fold wrote that this one cannot go on from, or that concludes otherwise and must not be mixed with this one's. */
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
