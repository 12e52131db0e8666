import { type ClientState, clientSnapshot, DEFAULT_SETTINGS, encodeState, fold, pendingEnding } from '@rollcall/fold';
import { EVENT_TYPES, formatTime, type LogEvent, SESSION_TAKEN_OVER, stringifyJson, type Time } from '@rollcall/schema';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { deadline } from './events.ts';
import { histories, MAX_EVENTS } from './history.ts';
import { memoryText, replay, restored, steps, view } from './replay.ts';
import { seed } from './seed.ts';

vi.setConfig({ testTimeout: 60_000 });
const runs = { numRuns: 5_000, seed };

describe('the state is a join', () => {
  const copies = fc.array(fc.tuple(fc.nat(2), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: MAX_EVENTS, maxLength: MAX_EVENTS });

  it('any order and any duplication of the same events give the equal memory and the equal snapshots, byte for byte', () => {
    fc.assert(
      fc.property(histories('any'), copies, (log, drawn) => {
        const redelivered = log.flatMap((event, index) => {
          const [more = 0, ...ranks] = drawn[index] ?? [];
          return ranks.slice(0, 1 + more).map((rank) => ({ event, rank }));
        });
        const shuffled = redelivered.sort((a, b) => a.rank - b.rank).map(({ event }) => event);
        expectSame(replay(shuffled, DEFAULT_SETTINGS), replay(log, DEFAULT_SETTINGS));
      }),
      runs,
    );
  });

  it('every event is ignored the second time', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        const clients = replay(log, DEFAULT_SETTINGS);
        for (const { folded } of steps(log, DEFAULT_SETTINGS, clients, log.length)) expect(folded.outcome).toBe('ignored');
      }),
      runs,
    );
  });

  it('what was ignored could as well never have come', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        const outcomes = [...steps(log, DEFAULT_SETTINGS, new Map())];
        const heeded = outcomes.filter(({ folded }) => folded.outcome !== 'ignored').map(({ event }) => event);
        expectSame(replay(heeded, DEFAULT_SETTINGS), replay(log, DEFAULT_SETTINGS));
      }),
      runs,
    );
  });
});

describe('a fold can be interrupted anywhere', () => {
  it('fold(a ++ b) is fold(b, from fold(a)), also where the state was stored and restored in between', () => {
    fc.assert(
      fc.property(histories('any'), fc.nat(MAX_EVENTS), (log, cut) => {
        const kept = replay(log.slice(0, cut), DEFAULT_SETTINGS);
        const stored = new Map([...kept].map(([name, state]) => [name, restored(state, DEFAULT_SETTINGS)]));
        const inOneGo = records(replay(log, DEFAULT_SETTINGS));
        for (const clients of [kept, stored]) {
          for (const _ of steps(log.slice(cut), DEFAULT_SETTINGS, clients, Math.min(cut, log.length)));
          expect(records(clients)).toEqual(inOneGo);
        }
      }),
      runs,
    );
  });

  it('every state comes back whole from its JSON form', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        for (const { after } of steps(log, DEFAULT_SETTINGS, new Map())) {
          const back = restored(after, DEFAULT_SETTINGS);
          expect(encodeState(back, 0)).toBe(encodeState(after, 0));
          expect(back).toEqual(after);
          expect(after.sessions.length).toBe(clientSnapshot(after).rememberedSessions);
        }
      }),
      { ...runs, numRuns: 1_000 },
    );
  });
});

describe('what is concluded', () => {
  it('the current connection is never more than the clock skew older than the newest Connected seen', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        for (const state of replay(log, DEFAULT_SETTINGS).values()) {
          for (const { session, conclusion } of state.sessions) {
            const connects = log.filter((event) => isConnectedOf(event, state.client, session)).map(({ time }) => time);
            const tolerated = connects.map((time) => time - DEFAULT_SETTINGS.clockSkew);
            if (conclusion.connected === undefined) continue;
            expect(connects).toContain(conclusion.connected.time);
            for (const time of tolerated) expect(conclusion.connected.time >= time).toBe(true);
          }
        }
      }),
      runs,
    );
  });

  it('presence is the roll-up of the session snapshots', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        for (const state of replay(log, DEFAULT_SETTINGS).values()) {
          const { client, sessions } = view(state);
          const { presence, since, connectedSessions, offlineConfirmed } = client;
          const covered = state.confirmedUpTo === undefined ? '' : formatTime(state.confirmedUpTo);
          const connected = sessions.filter(({ status }) => status === 'connected').map((session) => session.since);
          const endings = sessions.filter(({ status }) => status === 'disconnected');
          const takeOvers = endings
            .filter((session) => session.disconnectionReason === SESSION_TAKEN_OVER && session.since > covered)
            .filter(({ session, since }) => !log.some((event) => isSuccessorOf(event, state.client, session, since)));
          const beginnings = (connected.length > 0 ? connected : takeOvers.map((session) => session.since)).sort();
          const lastEnding = endings
            .map((session) => session.since)
            .sort()
            .at(-1);
          expect({ presence, since, connectedSessions, offlineConfirmed }).toEqual({
            presence: beginnings.length > 0 ? 'online' : endings.length > 0 ? 'offline' : 'unknown',
            since: beginnings[0] ?? lastEnding,
            connectedSessions: connected.length,
            offlineConfirmed: beginnings.length === 0 && lastEnding !== undefined && lastEnding <= covered,
          });
        }
      }),
      runs,
    );
  });

  it('a client pends while no session is connected and no deadline covers its latest ending; the deadline of that ending settles it', () => {
    fc.assert(
      fc.property(histories('any'), (log) => {
        for (const state of replay(log, DEFAULT_SETTINGS).values()) {
          const { client, sessions } = view(state);
          const pending = pendingEnding(state.presence, state.confirmedUpTo);
          const ends = sessions.map(({ disconnectedAt }) => disconnectedAt ?? '').sort();
          const latest = client.connectedSessions > 0 || client.offlineConfirmed ? undefined : ends.at(-1);
          const covered = state.confirmedUpTo !== undefined && latest !== undefined && latest <= formatTime(state.confirmedUpTo);
          expect(pending && formatTime(pending)).toBe(covered ? undefined : latest);
          if (pending === undefined) continue;
          const settled = fold(state, deadline(client.client, pending, pending), BigInt(log.length), DEFAULT_SETTINGS);
          expect(settled.outcome === 'changed' && clientSnapshot(settled.client)).toMatchObject({
            presence: 'offline',
            offlineConfirmed: true,
          });
        }
      }),
      runs,
    );
  });
});

function isConnectedOf(event: LogEvent, client: string, session: string): boolean {
  if (event.type !== EVENT_TYPES.sessionConnected) return false;
  return event.data.clientAuthenticationName === client && event.data.clientSessionName === session;
}

function isSuccessorOf(event: LogEvent, client: string, session: string, takeOver: string): boolean {
  if (event.type !== EVENT_TYPES.sessionConnected) return false;
  const { clientAuthenticationName, clientSessionName } = event.data;
  const tolerated = (event.time + DEFAULT_SETTINGS.clockSkew) as Time;
  return clientAuthenticationName === client && clientSessionName !== session && formatTime(tolerated) >= takeOver;
}

function records(clients: ReadonlyMap<string, ClientState>): string[] {
  return [...clients.values()].map((state) => encodeState(state, 0)).sort();
}

/** The same memory and the same snapshots of the same clients, offsets aside. */
function expectSame(actual: ReadonlyMap<string, ClientState>, expected: ReadonlyMap<string, ClientState>): void {
  const texts = (clients: ReadonlyMap<string, ClientState>) =>
    [...clients].map(([name, state]) => [name, memoryText(state), stringifyJson(view(state))]).sort();
  expect(texts(actual)).toEqual(texts(expected));
}
