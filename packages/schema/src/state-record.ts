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

/** A `newest…` that equals its `latest…` is not stored twice. */
const SessionOfVersion1 = z.object({
  session: Text,
  offset: Offset,
  latestConnected: LatestConnected.optional(),
  newestConnected: Connected.optional(),
  latestDisconnected: Disconnected.optional(),
  newestDisconnected: Disconnected.optional(),
});
export type SessionOfVersion1 = z.infer<typeof SessionOfVersion1>;

/** A number, or a text: of version 1, and in Redis of projectors before docs/adr/0033. */
const StoredOffset = z.union([z.number(), z.bigint(), z.string()]);
export type StoredOffset = z.infer<typeof StoredOffset>;
/** `sequenceNumber time` */
const Register = z.string().regex(/^-?\d+ /);

/** A session, in `rollcall.state` and in its client's JSON in Redis: of the snapshot what neither the client nor another member says, and what
 *  the fold remembers beyond it.
 *
 *  - `connectedAt` where disconnected: else it is `since`; `disconnectedAt` is always `since`
 *  - `counterRestarted` where true
 *  - `latestConnected` where it is not (sequenceNumber, connectedAt); `firstConnectedAt` where its firstTime is another
 *  - `newestConnected` where it is not latestConnected
 *  - `latestDisconnected`, `latestReason` where it is not (sequenceNumber, disconnectedAt, disconnectionReason)
 *  - `newestDisconnected`, `newestReason` where it is not latestDisconnected
 *  - `forgottenUpTo` where the session came up after others of the client were forgotten */
const StoredSession = z.object({
  session: Text,
  status: z.enum(['connected', 'disconnected']),
  since: Text,
  sequenceNumber: Text,
  connectedAt: Text.optional(),
  disconnectionReason: Text.optional(),
  counterRestarted: z.literal(true).optional(),
  offset: StoredOffset,
  latestConnected: Register.optional(),
  firstConnectedAt: Text.optional(),
  newestConnected: Register.optional(),
  latestDisconnected: Register.optional(),
  latestReason: Text.optional(),
  newestDisconnected: Register.optional(),
  newestReason: Text.optional(),
  forgottenUpTo: Text.optional(),
});
export type StoredSession = z.infer<typeof StoredSession>;

/** All that is remembered of a client beside its sessions. */
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
});

const Recorded = z.object({
  position: z.object({ partition: z.int(), offset: Offset }),
  client: z.object({ namespace: Text, client: Text }),
});

/** One record of `rollcall.state`, decoded: what a projector restores a client from. Its `client` is the snapshot, for readers. */
export const StateRecord = z.union([
  Recorded.extend({ foldVersion: z.literal(1), memory: Memory.extend({ sessions: z.array(SessionOfVersion1) }) }),
  Recorded.extend({ foldVersion: z.int().min(2), memory: Memory, sessions: z.array(StoredSession) }),
]);
export type StateRecord = z.infer<typeof StateRecord>;
/** What it remembers of the client, as it stands in the topic. */
export type StateMemoryJson = z.input<typeof Memory>;
