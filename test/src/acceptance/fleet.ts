import fc from 'fast-check';
import { clientDeleted, clientUpdated, sessionConnected, sessionDisconnected } from './life-cycle-events.ts';

/** The same fleet in each run, so that a red build stays red. */
const seed = 20_260_301;

const REASONS = ['ConnectionLost', 'ClientInitiatedDisconnect', 'SessionTakenOver', 'ServerError', 'QuotaExceeded', 'a reason to come'];
const START = Date.parse('2026-03-01T08:00:00Z');
const DAY = 86_400_000;

/** So many events of so many clients, in the order in which they happened: connections of up to three sessions each with rising numbers,
 *  some ends missing; resources that are written, deleted and written again. */
export function fleetEvents(namespace: string, clients: number, count: number): string[] {
  const numbers = new Map<string, number>();
  const draw = fc.tuple(fc.nat(clients - 1), fc.nat(2), fc.nat(9), fc.nat(REASONS.length - 1), fc.nat(9_999));
  const draws = fc.sample(draw, { seed, numRuns: count });
  return draws.map(([n, ofSession, kind, ofReason, ticks], at) => {
    const whose = { namespace, client: `sensor-${n}`, session: `session ${ofSession}` };
    const time = `${new Date(START + Math.floor((at * DAY) / count)).toISOString().slice(0, -1)}${String(ticks).padStart(4, '0')}Z`;
    const key = `${n}/${ofSession}`;
    const sequenceNumber = numbers.get(key) ?? 0;
    if (kind === 8) return clientUpdated(whose, '2026-03-01T00:00:00Z', { site: ofSession, floors: [String(ofReason)] }, { time });
    if (kind === 9) return clientDeleted(whose, { time });
    if (kind >= 5 && sequenceNumber > 0) return sessionDisconnected(whose, REASONS[ofReason] ?? '', { time, sequenceNumber });
    numbers.set(key, sequenceNumber + 1);
    return sessionConnected(whose, { time, sequenceNumber: sequenceNumber + 1 });
  });
}

/** The events in another order, every fifth of them twice. */
export function shuffledAndDuplicated(events: readonly string[]): string[] {
  const all = [...events, ...events.filter((_, at) => at % 5 === 0)];
  const [shuffled = []] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { seed, numRuns: 1 });
  return shuffled;
}
