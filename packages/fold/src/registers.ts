import { formatTime, readTime } from '@rollcall/schema';
import type { Connected, Disconnected } from './session-memory.ts';

/** A register in one text: `sequenceNumber time`. A reason has a member of its own. */
export function encodeRegister({ sequenceNumber, time }: Connected): string {
  return `${sequenceNumber} ${formatTime(time)}`;
}

export function decodeConnected(text: string | undefined): Connected | undefined {
  if (text === undefined) return undefined;
  const space = text.indexOf(' ');
  return { sequenceNumber: BigInt(text.slice(0, space)), time: readTime(text.slice(space + 1)) };
}

export function decodeDisconnected(text: string | undefined, reason: string | undefined): Disconnected | undefined {
  const connected = decodeConnected(text);
  return connected && { sequenceNumber: connected.sequenceNumber, time: connected.time, reason: reason ?? '' };
}
