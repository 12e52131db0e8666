import type { clientTraits } from '@rollcall/fold';
import { type ClientSnapshot, decodeName, type Existence, encodeName, type Presence } from '@rollcall/schema';

/** What clients are listed and counted by. Clients that are alike in all of it share a bucket, and each client is in one. */
export interface Bucket {
  readonly namespace: string;
  readonly presence: Presence;
  /** Of a client that is offline. */
  readonly confirmed?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly exists: Existence;
  /** Of a client that exists: what it was before it was deleted is no state to look for. */
  readonly state?: string | undefined;
}

type Traits = ClientSnapshot | ReturnType<typeof clientTraits>;

export function traitsOf({ namespace, presence, offlineConfirmed, disconnectionReason, exists, state }: Traits): Bucket {
  return {
    namespace,
    presence,
    confirmed: presence === 'offline' ? offlineConfirmed : undefined,
    reason: disconnectionReason,
    exists,
    state: exists === 'yes' ? state : undefined,
  };
}

/** As the keys of its indexes have it: `NAMESPACE/PRESENCE/CONFIRMED/REASON/EXISTS/STATE`, names encoded, CONFIRMED `confirmed` or `pending`, what
 *  does not apply empty. */
export function bucketOf(client: Traits): string {
  const { namespace, presence, confirmed, reason = '', exists, state = '' } = traitsOf(client);
  return `${encodeName(namespace)}/${presence}/${confirmedText(confirmed)}/${encodeName(reason)}/${exists}/${encodeName(state)}`;
}

export function parseBucket(text: string): Bucket {
  const [namespace = '', presence, confirmed, reason, exists, state] = text.split('/').map(decodeName);
  return {
    namespace,
    presence: presence as Presence,
    confirmed: confirmed === '' ? undefined : confirmed === 'confirmed',
    reason: reason || undefined,
    exists: exists as Existence,
    state: state || undefined,
  };
}

function confirmedText(confirmed: boolean | undefined): string {
  return confirmed === undefined ? '' : confirmed ? 'confirmed' : 'pending';
}
