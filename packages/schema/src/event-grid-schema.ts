import { splitObject } from './split-object.ts';

/** Which CloudEvents attribute each field of the Event Grid schema is. The others become extensions.
 *  Source: learn.microsoft.com/azure/event-grid/event-schema */
const ATTRIBUTES: Readonly<Record<string, string>> = { topic: 'source', eventType: 'type', eventTime: 'time' };

/** Whether an event is in the Event Grid schema: its type is called `eventType`. */
export function isEventGridSchema(value: unknown): value is { eventType: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { type, eventType } = value as { type?: unknown; eventType?: unknown };
  return typeof eventType === 'string' && (typeof type !== 'string' || type === '');
}

/** The same event as a CloudEvent: fields are renamed, and every value stays byte for byte as it came. `text` must be the JSON of an event in
 *  the Event Grid schema. */
export function cloudEventJson(text: string): string {
  const attributes = new Map([['specversion', '"1.0"']]);
  const fields = [...splitObject(text)];
  const renamed = fields.filter(([name]) => Object.hasOwn(ATTRIBUTES, name));
  for (const [name, value] of renamed) attributes.set(ATTRIBUTES[name] ?? name, value);
  // Of two that get one name, the first stays: what an event says of itself goes before what others have added.
  for (const [name, value] of fields) {
    const attribute = extensionName(name);
    if (!Object.hasOwn(ATTRIBUTES, name) && attribute !== '' && !attributes.has(attribute)) attributes.set(attribute, value);
  }
  const data = attributes.get('data');
  attributes.delete('data');
  const members = [...attributes, ...(data === undefined ? [] : [['data', data]])];
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

/** Names of CloudEvents attributes are lower-case letters and digits: `deadLetterReason` is what `deadletterreason` is in a CloudEvent. */
function extensionName(field: string): string {
  return field.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
