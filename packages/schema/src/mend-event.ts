import { unwrapJson } from './json.ts';
import { ClientResourceState, DisconnectionReason, EVENT_TYPES, UNKNOWN } from './lifecycle-event.ts';
import { readAttributes } from './loose-attributes.ts';
import { readLooseTime } from './loose-time.ts';
import { Name } from './names.ts';
import { normaliseSequenceNumber } from './sequence-number.ts';

/** The fields that an event may lack, or have in another shape than documented. */
export const TOLERATED_FIELDS = [
  'specversion',
  'id',
  'source',
  'subject',
  'type',
  'time',
  'data',
  'sequenceNumber',
  'disconnectionReason',
  'clientName',
  'createdOn',
  'updatedOn',
  'state',
  'attributes',
] as const;
/** One of TOLERATED_FIELDS. */
export type ToleratedField = (typeof TOLERATED_FIELDS)[number];

export interface Mended {
  /** What `LifecycleEvent` takes, unless the event lacks what it cannot do without. */
  readonly value: Fields;
  /** What had to be tolerated for that. */
  readonly tolerated: ReadonlySet<ToleratedField>;
}

type Fields = { readonly [field: string]: unknown };
/** Takes what was found in a field and what it is taken for; gives the latter. */
type Note = (field: ToleratedField, found: unknown, taken: unknown) => unknown;

const TYPES = new Map(Object.values(EVENT_TYPES).map((type) => [type.toLowerCase(), type]));

/** An event with every field that presence can do without as the schema wants it. A fallback depends on this event alone: the order in which
 *  events come must not matter. An event that is as documented stays as it is. Never throws. */
export function mendEvent(event: Fields): Mended {
  const tolerated = new Set<ToleratedField>();
  const note: Note = (field, found, taken) => {
    if (taken !== found) tolerated.add(field);
    return taken;
  };
  const { specversion, id, source, subject, type, time } = event;
  const knownType = note('type', type, typeof type === 'string' ? (TYPES.get(type.trim().toLowerCase()) ?? type) : type);
  const utc = note('time', time, readLooseTime(time) ?? time);
  const data = dataOf(event, note);
  return {
    value: {
      specversion: note('specversion', specversion, '1.0'),
      id: note('id', id, textOf(id)),
      source: note('source', source, textOf(source)),
      subject: note('subject', subject, typeof subject === 'string' ? subject : undefined),
      type: knownType,
      time: utc,
      data: isObject(data) ? mendData(data, knownType, utc, note) : data,
    },
    tolerated,
  };
}

function mendData(data: Fields, type: unknown, time: unknown, note: Note): Fields {
  const { namespaceName, clientAuthenticationName } = data;
  const names = { namespaceName, clientAuthenticationName };
  switch (type) {
    case EVENT_TYPES.sessionConnected:
      return { ...names, ...mendSession(data, note) };
    case EVENT_TYPES.sessionDisconnected: {
      const { disconnectionReason: found } = data;
      const disconnectionReason = note('disconnectionReason', found, DisconnectionReason.read(found) ?? UNKNOWN);
      return { ...names, ...mendSession(data, note), disconnectionReason };
    }
    case EVENT_TYPES.clientCreatedOrUpdated: {
      const { createdOn, updatedOn, state, attributes } = data;
      return {
        ...names,
        clientName: mendClientName(data, note),
        createdOn: note('createdOn', createdOn, readLooseTime(createdOn) ?? time),
        updatedOn: note('updatedOn', updatedOn, readLooseTime(updatedOn) ?? time),
        state: note('state', state, ClientResourceState.read(state) ?? UNKNOWN),
        attributes: attributes === undefined ? undefined : note('attributes', attributes, readAttributes(attributes)),
      };
    }
    default:
      return { ...names, clientName: mendClientName(data, note) };
  }
}

function mendSession({ clientSessionName, sequenceNumber }: Fields, note: Note): Fields {
  return { clientSessionName, sequenceNumber: note('sequenceNumber', sequenceNumber, normaliseSequenceNumber(sequenceNumber)) };
}

function mendClientName({ clientName, clientAuthenticationName }: Fields, note: Note): unknown {
  return note('clientName', clientName, Name.safeParse(clientName).success ? clientName : clientAuthenticationName);
}

/** `data`, also as JSON text or, as CloudEvents has it for bytes, in base64. */
function dataOf({ data, data_base64: base64 }: Fields, note: Note): unknown {
  if (isObject(data)) return data;
  const text = data ?? (typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString() : undefined);
  const unwrapped = unwrapJson(text);
  return isObject(unwrapped) ? note('data', data, unwrapped) : data;
}

/** Empty where there is none. Half a surrogate pair would be another text after it was written down. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
