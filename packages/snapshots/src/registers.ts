import type { Connected, Disconnected } from '@rollcall/fold';
import { formatTime, readTime, SequenceNumber } from '@rollcall/schema';

/** A register in one field: `sequenceNumber time`, at most 49 bytes; a reason has a field of its own. A hash stays compact while no
 *  field is longer than 64 bytes (`hash-max-listpack-value`). */
export function encodeRegister({ sequenceNumber, time }: Connected): string {
  return `${sequenceNumber} ${formatTime(time)}`;
}

export function decodeConnected(text: string): Connected {
  const [sequenceNumber, time] = text.split(' ');
  return { sequenceNumber: SequenceNumber.parse(sequenceNumber), time: readTime(time ?? '') };
}

export function decodeDisconnected(text: string, reason: string | undefined): Disconnected {
  return { ...decodeConnected(text), reason: reason ?? '' };
}
