import { type ClientSnapshot, type Existence, encodeName, type Presence, parseTime, type Time, timeToMilliseconds } from '@rollcall/schema';
import { type Bucket, traitsOf } from './bucket.ts';
import { type IndexOrder, scoreOf } from './keys.ts';
import type { Place } from './merge.ts';

/** Which clients of a namespace a list is about: those that all of it holds for. */
export interface ListFilter {
  readonly namespace: string;
  readonly presence?: Presence | undefined;
  /** Clients that are offline, and confirmed to be (true) or not yet (false). */
  readonly confirmed?: boolean | undefined;
  /** Clients that are offline for this reason. */
  readonly reason?: string | undefined;
  /** Whether the client resource is there. */
  readonly exists?: Existence | undefined;
  /** Clients whose resource is there and in this state, such as `Disabled`. */
  readonly state?: string | undefined;
  /** Clients whose `since` lies at or after the one time, and before the other: RFC 3339 or a Date. */
  readonly since?: { readonly after?: string | Date | undefined; readonly before?: string | Date | undefined } | undefined;
  /** Clients whose names begin so. */
  readonly prefix?: string | undefined;
}

/** A filter, ready to be asked. */
export class Selection {
  readonly prefix: string;
  readonly after: Time | undefined;
  readonly before: Time | undefined;
  /** What a client must have in common with the filter. */
  readonly #asked: readonly (readonly [trait: keyof Bucket, value: unknown])[];

  /** Throws TypeError if a time is none. */
  constructor(private readonly filter: ListFilter) {
    this.prefix = encodeName(filter.prefix ?? '');
    this.after = toTime(filter.since?.after);
    this.before = toTime(filter.since?.before);
    const { namespace, presence, confirmed, reason, exists, state } = filter;
    const asked = Object.entries({ namespace, presence, confirmed, reason, exists, state }) as [keyof Bucket, unknown][];
    this.#asked = asked.filter(([, value]) => value !== undefined);
  }

  get namespace(): string {
    return this.filter.namespace;
  }

  /** The order that is used unless told otherwise: by since where that bounds it. */
  get usualOrder(): IndexOrder {
    return this.after === undefined && this.before === undefined ? 'name' : 'since';
  }

  /** Before the first client in an order. */
  start(order: IndexOrder): Place {
    if (order === 'name') return { name: '' };
    return { since: this.after === undefined ? Number.NEGATIVE_INFINITY : timeToMilliseconds(this.after), name: '' };
  }

  /** A Lua pattern of the namespace's buckets, named without it. */
  get pattern(): string {
    const { presence, confirmed, reason, exists, state } = this.filter;
    const confirmedText = confirmed === undefined ? undefined : confirmed ? 'confirmed' : 'pending';
    const parts = [presence, confirmedText, reason, exists, state];
    return `^${parts.map((part) => (part === undefined ? '[^/]*' : literal(encodeName(part)))).join('/')}$`;
  }

  holdsFor(client: ClientSnapshot): boolean {
    const traits = traitsOf(client);
    const isAlike = this.#asked.every(([trait, value]) => traits[trait] === value);
    return isAlike && client.client.startsWith(this.filter.prefix ?? '') && this.#includes(client.since);
  }

  #includes(since: string | undefined): boolean {
    if (this.after === undefined && this.before === undefined) return true;
    const time = since === undefined ? undefined : parseTime(since);
    if (time === undefined) return false;
    return (this.after === undefined || time >= this.after) && (this.before === undefined || time < this.before);
  }
}

/** The score of a client in the order of since: 0 where it has none. */
export function sinceScore({ since }: ClientSnapshot): number {
  return scoreOf(since === undefined ? undefined : parseTime(since));
}

/** In a Lua pattern, % takes its meaning from whatever is neither letter nor digit. */
function literal(text: string): string {
  return text.replace(/[^a-zA-Z0-9\u0080-\u{10ffff}]/gu, '%$&');
}

function toTime(moment: string | Date | undefined): Time | undefined {
  if (moment === undefined) return undefined;
  const text = moment instanceof Date ? moment.toISOString() : moment;
  const time = parseTime(text);
  if (time === undefined) throw new TypeError(`expected an RFC 3339 time such as 2026-11-20T10:00:00Z, not ${text}`);
  return time;
}
