import { isUtf8 } from 'node:buffer';

/** AMQP application properties of an Event Hubs message. */
export type Properties = Readonly<Record<string, unknown>>;

const PREFIXES = ['cloudevents:', 'cloudevents_', 'ce-', 'ce_'];

/** The CloudEvent attributes of a message in binary mode; undefined if it is not in binary mode: it has no version there, and no type
 *  and time either.
 *  Source: CloudEvents AMQP and Kafka protocol bindings 1.0 */
export function binaryModeAttributes(properties: Properties): Record<string, string> | undefined {
  const attributes: Record<string, string> = Object.create(null);
  for (const [property, value] of Object.entries(properties)) {
    const prefix = PREFIXES.find((candidate) => property.toLowerCase().startsWith(candidate));
    if (prefix === undefined || value === undefined || value === null) continue;
    attributes[property.slice(prefix.length).toLowerCase()] = textOf(value);
  }
  const { specversion, type, time } = attributes;
  return specversion === undefined && (type === undefined || time === undefined) ? undefined : attributes;
}

/** Never throws: an invalid Date has no ISO form, and an object may have no text at all. */
function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  return typeof value === 'object' ? Object.prototype.toString.call(value) : String(value);
}

/** The same event in structured mode. `data` must be JSON text. */
export function structuredModeJson(attributes: Readonly<Record<string, string>>, data: string): string {
  const { data: _data, data_base64: _base64, ...rest } = attributes;
  return `${JSON.stringify(rest).slice(0, -1)},"data":${data}}`;
}

/** Text of UTF-8 bytes without a byte order mark; undefined where decoding would lose bytes. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
