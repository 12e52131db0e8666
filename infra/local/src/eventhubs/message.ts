import { binaryAt, EncodingInvalid, encodeMap, encodeSymbol, mapEntriesAt, textAt, valueEnd } from './encoded-value.ts';

/** The message format of a batch: a message whose data sections are messages (Event Hubs' and Service Bus' own). */
export const BATCH_FORMAT = 0x80013700;

/** Event Hubs' own message annotations. */
export const SEQUENCE_NUMBER = 'x-opt-sequence-number';
export const OFFSET = 'x-opt-offset';
export const ENQUEUED_TIME = 'x-opt-enqueued-time';
export const PARTITION_KEY = 'x-opt-partition-key';

/** Section descriptors. Source: AMQP 1.0 part 3, 3.2. */
const HEADER = 0x70;
const DELIVERY_ANNOTATIONS = 0x71;
const MESSAGE_ANNOTATIONS = 0x72;
const DATA = 0x75;
const FOOTER = 0x78;

/** The messages of a batch, as they were encoded. Throws EncodingInvalid. */
export function unbatch(batch: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (const section of sectionsOf(batch)) {
    if (section.code === DATA) messages.push(binaryAt(batch, section.valueStart));
  }
  return messages;
}

/** Throws EncodingInvalid if any section of the message is malformed. */
export function partitionKeyOf(message: Buffer): string | undefined {
  let partitionKey: string | undefined;
  for (const section of sectionsOf(message)) {
    if (section.code !== MESSAGE_ANNOTATIONS) continue;
    const found = mapEntriesAt(message, section.valueStart).find(({ key }) => key === PARTITION_KEY);
    if (found) partitionKey = textAt(found.value, 0);
  }
  return partitionKey;
}

/** The message with these annotations besides, or instead of, its own; every other section stays byte for byte as the sender
 *  encoded it, but for delivery annotations, which are meant for one hop only.
 *  @param annotations encoded values by name */
export function annotate(message: Buffer, annotations: ReadonlyMap<string, Buffer>): Buffer {
  const entries: Buffer[] = Array.from(annotations, ([name, value]) => Buffer.concat([encodeSymbol(name), value]));
  let header: Buffer = Buffer.alloc(0);
  let rest = message.length;
  for (const section of sectionsOf(message)) {
    if (section.code === HEADER) header = message.subarray(section.start, section.end);
    else if (section.code === MESSAGE_ANNOTATIONS) {
      for (const { key, entry } of mapEntriesAt(message, section.valueStart)) {
        if (key === undefined || !annotations.has(key)) entries.push(entry);
      }
    } else if (section.code !== DELIVERY_ANNOTATIONS) {
      rest = section.start;
      break;
    }
  }
  return Buffer.concat([header, Buffer.from([0x00, 0x53, MESSAGE_ANNOTATIONS]), encodeMap(entries), message.subarray(rest)]);
}

interface Section {
  readonly code: number;
  /** Of the descriptor. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

function* sectionsOf(message: Buffer): Generator<Section> {
  for (let start = 0; start < message.length; ) {
    if (message[start] !== 0x00) throw new EncodingInvalid(`expected a section at ${start}`);
    const valueStart = valueEnd(message, start + 1);
    const end = valueEnd(message, valueStart);
    yield { code: sectionCode(message, start + 1), start, valueStart, end };
    start = end;
  }
}

function sectionCode(message: Buffer, at: number): number {
  const code = message[at] === 0x53 ? message[at + 1] : message[at] === 0x80 ? Number(message.readBigUInt64BE(at + 1)) : undefined;
  if (code === undefined || code < HEADER || code > FOOTER) throw new EncodingInvalid(`unknown section at ${at}`);
  return code;
}
