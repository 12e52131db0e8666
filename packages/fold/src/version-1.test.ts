import { readFileSync } from 'node:fs';
import { formatTime, type LogEvent, parseJson, parseValue, readsMemoryOf, StateRecord, toClientKey } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { type ClientState, restoreClient, type SessionState } from './client.ts';
import { type Connected, sameConnected, sameDisconnected } from './session-memory.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { clientSnapshot, sessionSnapshot } from './snapshot.ts';
import { decodeState, encodeMemory } from './state-record.ts';
import { replay } from './testing/index.ts';

/** Records of `rollcall.state` as version 1 of the fold wrote them, and the events that led to them. Never to be written again. */
const WRITTEN: readonly { readonly what: string; readonly events: readonly string[]; readonly state: string }[] = JSON.parse(
  readFileSync(new URL('./version-1.json', import.meta.url), 'utf8'),
);

function eventOf(json: string): LogEvent {
  const parsed = parseValue(toClientKey('myns', 'client1'), Buffer.from(json));
  if (!parsed.ok) throw new TypeError(parsed.detail);
  return parsed.event;
}

const NO_LIMITS = { ...DEFAULT_SETTINGS, sessionsKept: 0, sessionRetention: 0n };

const seen = (client: ClientState) => [clientSnapshot(client), client.sessions.map((session) => sessionSnapshot(client, session))];

/** A session in the form in which version 1 wrote it. */
function asVersion1({ session, memory, offset }: SessionState) {
  const { latestConnected, firstTime, newestConnected, latestDisconnected, newestDisconnected } = memory;
  const json = ({ sequenceNumber, time, ...rest }: Connected) => ({
    sequenceNumber: sequenceNumber.toString(),
    time: formatTime(time),
    ...rest,
  });
  return {
    session,
    offset: offset.toString(),
    ...(latestConnected && firstTime !== undefined && { latestConnected: { ...json(latestConnected), firstTime: formatTime(firstTime) } }),
    ...(newestConnected && !sameConnected(newestConnected, latestConnected) && { newestConnected: json(newestConnected) }),
    ...(latestDisconnected && { latestDisconnected: json(latestDisconnected) }),
    ...(newestDisconnected &&
      !sameDisconnected(newestDisconnected, latestDisconnected) && { newestDisconnected: json(newestDisconnected) }),
  };
}

describe('what version 1 of the fold wrote', () => {
  it.each(WRITTEN)('of $what, is read as if this version had folded the events itself', ({ events, state }) => {
    const record = StateRecord.parse(parseJson(state));
    expect(record.foldVersion).toBe(1);
    expect(readsMemoryOf(record.foldVersion)).toBe(true);
    const { clients } = replay(events.map(eventOf));
    const [folded] = [...clients.values()] as [ClientState];
    const restored = decodeState(record, DEFAULT_SETTINGS);
    expect(seen(restored)).toEqual(seen(folded));
    expect(restored.forgotten).toEqual(folded.forgotten);
  });

  it.each(WRITTEN)('of $what, is remembered to the last register', ({ state }) => {
    const { memory } = parseJson(state) as { memory: { sessions: readonly object[] } };
    const { sessions, ...client } = memory;
    const restored = decodeState(StateRecord.parse(parseJson(state)), NO_LIMITS);
    expect(encodeMemory(restored)).toEqual(client);
    expect(restored.sessions.map(asVersion1)).toEqual(sessions);
    expect(restoreClient(restored, restored, restored.offset, NO_LIMITS)).toEqual(restored);
  });

  it('concluded otherwise only where a take-over or a forgotten session is concerned', () => {
    const differ = WRITTEN.filter(({ state }) => {
      const { client } = parseJson(state) as { client: { presence: string; sessions: readonly string[] } };
      const now = clientSnapshot(decodeState(StateRecord.parse(parseJson(state)), DEFAULT_SETTINGS));
      return now.presence !== client.presence || now.rememberedSessions !== client.sessions.length;
    });
    expect(differ.map(({ what }) => what)).toEqual([
      'a session that was taken over soon, and whose successor is gone: connected for ever',
      'a session that was taken over, and whose successor ended: online until a deadline',
      'a client of more sessions than are kept',
      'a client that was quiet for longer than sessions are kept',
    ]);
  });
});
