import {
  type Attributes,
  type ClientCreatedOrUpdated,
  type ClientDeleted,
  compareText,
  type Existence,
  stringifyJson,
  type Time,
} from '@rollcall/schema';
import { compare } from './session-memory.ts';
import { COALESCED_DELETE } from './settings.ts';

/** A CreatedOrUpdated as the fold remembers it. */
export interface Written {
  readonly updatedOn: Time;
  readonly time: Time;
  readonly id: string;
  readonly createdOn: Time;
  readonly clientName: string;
  readonly state: string;
  readonly attributes: Attributes;
}

export interface Deleted {
  readonly time: Time;
  readonly id: string;
  readonly clientName: string;
}

/** What a client's resource remembers (rule 4): the newest CreatedOrUpdated and the newest Deleted. */
export interface ResourceMemory {
  readonly written?: Written | undefined;
  readonly deleted?: Deleted | undefined;
}

export function rememberWritten({ time, id, data }: ClientCreatedOrUpdated): ResourceMemory {
  const { updatedOn, createdOn, clientName, state, attributes } = data;
  return { written: { updatedOn, time, id, createdOn, clientName, state, attributes }, deleted: undefined };
}

export function rememberDeleted({ time, id, data }: ClientDeleted): ResourceMemory {
  return { written: undefined, deleted: { time, id, clientName: data.clientName } };
}

/** True if the event behind `news` is itself what `memory` holds: a duplicate, not just something older. */
export function remembersResource(memory: ResourceMemory, news: ResourceMemory): boolean {
  if (news.written !== undefined) return memory.written?.id === news.written.id && memory.written.time === news.written.time;
  return memory.deleted?.id === news.deleted?.id && memory.deleted?.time === news.deleted?.time;
}

/** Joins two memories: commutative, associative, idempotent. Gives `a` itself where `b` adds nothing. */
export function joinResources(a: ResourceMemory, b: ResourceMemory): ResourceMemory {
  const written = a.written && b.written ? newestWritten(a.written, b.written) : (a.written ?? b.written);
  const deleted = a.deleted && b.deleted ? newestDeleted(a.deleted, b.deleted) : (a.deleted ?? b.deleted);
  if (written === a.written && deleted === a.deleted) return a;
  return { written, deleted };
}

/** Presence and existence are independent: a deleted client may be online. */
export function existence({ written, deleted }: ResourceMemory): Existence {
  if (written === undefined) return deleted === undefined ? 'unknown' : 'no';
  if (deleted === undefined) return 'yes';
  return written.updatedOn > deleted.time || written.createdOn > deleted.time - COALESCED_DELETE ? 'yes' : 'no';
}

/** The name that the resource had last, as far as it is known: a Deleted carries it too. */
export function clientNameOf({ written, deleted }: ResourceMemory): string | undefined {
  return written?.clientName ?? deleted?.clientName;
}

/** True if two CreatedOrUpdated look alike to a user: the envelope's time and id do not show. */
export function sameWritten(a: Written | undefined, b: Written | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || (a.updatedOn === b.updatedOn && content(a) === content(b));
}

/** The maximum by (updatedOn, time, id); of one id with other contents, by these, so that the order of arrival never decides. */
function newestWritten(a: Written, b: Written): Written {
  const order =
    compare(a.updatedOn, b.updatedOn) || compare(a.time, b.time) || compareText(a.id, b.id) || compareText(content(a), content(b));
  return order >= 0 ? a : b;
}

function newestDeleted(a: Deleted, b: Deleted): Deleted {
  const order = compare(a.time, b.time) || compareText(a.id, b.id) || compareText(a.clientName, b.clientName);
  return order >= 0 ? a : b;
}

function content({ createdOn, clientName, state, attributes }: Written): string {
  return stringifyJson([createdOn, clientName, state, attributes]);
}
