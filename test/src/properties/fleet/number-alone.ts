import { EVENT_TYPES } from '@rollcall/schema';
import { greatest } from '../sorting.ts';
import type { Delivered } from './service.ts';

/** The status that a fold would give which trusts the number: that of the highest (sequenceNumber, Connected before Disconnected). */
export function connectedByNumberAlone(log: readonly Delivered[], session: string): boolean {
  const events = log
    .map(({ event }) => event)
    .filter((event) => event.type === EVENT_TYPES.sessionConnected || event.type === EVENT_TYPES.sessionDisconnected)
    .filter(({ data }) => data.clientSessionName === session);
  const last = greatest(events, ({ data, type }) => [data.sequenceNumber, type === EVENT_TYPES.sessionConnected ? 0n : 1n]);
  return last?.type === EVENT_TYPES.sessionConnected;
}
