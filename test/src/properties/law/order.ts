import type { FoldSettings } from '@rollcall/fold';
import type { LogEvent } from '@rollcall/schema';
import { NAMESPACE } from '../events.ts';
import type { Random } from '../fleet/random.ts';
import { modelClient } from '../model.ts';
import { CLIENT, draw, START, type Told } from './history.ts';

/** The events as they arrive: each late by a time of its own, some of them twice. */
export function arrivals(told: readonly Told[], random: Random): Told[] {
  const latest = draw(random, 0, 60);
  return told
    .flatMap((one) => Array.from({ length: random.chance(0.2) ? 2 : 1 }, () => ({ one, at: Number(one.effective - START) })))
    .map(({ one, at }) => ({ one, at: at + random.between(0, latest) }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/** Whether no event comes for the first time after SESSIONS_KEPT newer sessions have ended, or more than SESSION_RETENTION late. */
export function isLawful(arrived: readonly Told[], settings: FoldSettings): boolean {
  const { sessionsKept, sessionRetention } = settings;
  const events: LogEvent[] = [];
  const endedSoFar: ReadonlyMap<string, bigint>[] = [];
  const newest = new Map<string, bigint>();
  for (const { event, session, effective } of new Set(arrived)) {
    if (session === undefined) continue;
    const newestOfAll = [...newest.values()].reduce((a, b) => (a > b ? a : b), effective as bigint);
    if (sessionRetention > 0n && newestOfAll - effective > sessionRetention) return false;
    const newer = (ended: ReadonlyMap<string, bigint>) => [...ended].filter(([name, time]) => name !== session && time >= effective).length;
    if (sessionsKept > 0 && endedSoFar.some((ended) => newer(ended) >= sessionsKept)) return false;
    events.push(event);
    newest.set(session, event.time > (newest.get(session) ?? event.time) ? event.time : (newest.get(session) ?? event.time));
    const { sessions } = modelClient(NAMESPACE, CLIENT, events, settings);
    const ended = sessions.filter(({ status }) => status === 'disconnected').map(({ session: name }) => name);
    endedSoFar.push(new Map(ended.map((name) => [name, newest.get(name) ?? 0n])));
  }
  return true;
}
