import type { Connected, Disconnected } from '@rollcall/fold';
import { formatTime, readTime, SequenceNumber } from '@rollcall/schema';

/** A register in one text: `sequenceNumber time`. A reason has a member of its own. */
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
