import type { LogEvent } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { type ClientState, sessionOf } from './client.ts';
import { sessionSnapshot } from './snapshot.ts';
import { storedSessions } from './state-record.ts';
import { decodeOffset, decodeSession, decodeSessionSnapshot } from './stored-session.ts';
import { connected, disconnected, OURS, replay, takenOver } from './testing/index.ts';

const STORIES: [string, LogEvent[], string[]][] = [
  ['that is connected', [connected(1n, '12:00:00')], []],
  ['that ended', [connected(1n, '12:00:00'), disconnected(1n, '12:10:00')], ['connectedAt', 'disconnectionReason']],
  ['whose Connected never came', [disconnected(1n, '12:10:00')], ['disconnectionReason']],
  ['whose number is used again', [connected(1n, '11:00:00'), connected(1n, '12:00:00')], ['firstConnectedAt']],
  [
    'whose counter restarted',
    [connected(2n ** 63n - 1n, '11:00:00'), connected(1n, '12:00:00')],
    ['counterRestarted', 'latestConnected', 'newestConnected'],
  ],
  [
    'whose older connection was lost later',
    [connected(2n, '12:00:00'), disconnected(1n, '12:10:00', { reason: 'ConnectionLost' })],
    ['latestDisconnected', 'latestReason'],
  ],
  [
    'that was ended by an older connection’s loss, long after',
    [connected(2n, '12:00:00'), disconnected(1n, '14:00:00')],
    ['connectedAt', 'disconnectionReason', 'latestConnected'],
  ],
  [
    'whose last ending is not that of the highest number',
    [connected(5n, '12:00:00'), takenOver(5n, '12:10:00'), disconnected(4n, '12:20:00', { reason: 'ConnectionLost' })],
    ['connectedAt', 'disconnectionReason', 'newestDisconnected', 'newestReason'],
  ],
  [
    'that ended by a number above every Connected’s',
    [connected(5n, '12:00:00'), disconnected(9n, '12:10:00')],
    ['disconnectionReason', 'latestConnected'],
  ],
];

const ALWAYS = ['session', 'status', 'since', 'sequenceNumber', 'offset'];

function storedFrom(log: readonly LogEvent[]) {
  const [client] = [...replay(log).clients.values()] as [ClientState];
  const state = sessionOf(client, OURS.session);
  const [stored] = storedSessions(client);
  if (state === undefined || stored === undefined) throw new TypeError('a session is needed');
  return { client, state, stored };
}

describe('a stored session', () => {
  it.each(STORIES)('%s is seen and remembered as it was', (_what, log) => {
    const { client, state, stored } = storedFrom(log);
    expect(Object.entries(decodeSessionSnapshot(client, stored)).sort()).toEqual(Object.entries(sessionSnapshot(client, state)).sort());
    expect(decodeSession(stored)).toEqual({ session: OURS.session, memory: state.memory, forgottenUpTo: undefined, offset: state.offset });
  });

  it.each(STORIES)('%s has no member that goes without saying', (_what, log, members) => {
    const { stored } = storedFrom(log);
    const present = Object.entries(stored).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    expect(present.sort()).toEqual([...ALWAYS, ...members].sort());
  });

  it('has an offset of any size', () => {
    expect(decodeOffset(2n ** 53n + 1n)).toBe('9007199254740993');
    expect(decodeOffset('9007199254740993')).toBe('9007199254740993');
  });
});
