import { toClientKey } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { type RememberedSession, restoreClient } from './client.ts';
import { rememberConnected, rememberDisconnected, type SessionMemory } from './session-memory.ts';
import { CONNECTED_SESSIONS_KEPT, DEFAULT_SETTINGS } from './settings.ts';
import { after, at, MINUTES, type Moment } from './testing/index.ts';

const remembered = (session: string, memory: SessionMemory, offset = 0n): RememberedSession => ({ session, memory, offset });
const connected = (session: string, moment: Moment) => remembered(session, rememberConnected(1n, at(moment)));
const ended = (session: string, moment: Moment) => remembered(session, rememberDisconnected(1n, at(moment), 'ConnectionLost'));

function restored(sessions: readonly RememberedSession[], more: Partial<Parameters<typeof restoreClient>[1]> = {}) {
  return restoreClient(toClientKey('myns', 'client1'), { sessions, resource: {}, ...more }, 99n, { ...DEFAULT_SETTINGS, sessionsKept: 2 });
}
const namesOf = ({ sessions }: ReturnType<typeof restored>) => sessions.map(({ session }) => session);

describe('a client restored from what was stored of it', () => {
  it('has its sessions in the order of their names’ UTF-8 bytes, however they were stored', () => {
    expect(namesOf(restored([connected('😀', '12:00:00'), connected('b', '12:00:00'), connected('\uffff', '12:00:00')]))).toEqual([
      'b',
      '\uffff',
      '😀',
    ]);
  });

  it('has forgotten what is beyond the limits', () => {
    const client = restored([ended('a', '12:00:00'), ended('b', '12:10:00'), ended('c', '12:20:00'), ended('d', '12:30:00')]);
    expect(namesOf(client)).toEqual(['c', 'd']);
    expect(client.forgotten).toEqual({ upTo: at('12:10:00'), connected: undefined });
    expect(restored(client.sessions, { forgotten: client.forgotten }).forgotten).toEqual(client.forgotten);
  });

  it('has the newest 1,000 of its connected sessions, however many there were', () => {
    const many = Array.from({ length: CONNECTED_SESSIONS_KEPT + 5 }, (_, index) => connected(`s${index}`, after(-index * MINUTES)));
    const client = restored(many);
    expect(client.presence.connectedSessions).toBe(CONNECTED_SESSIONS_KEPT);
    expect(client.forgotten?.upTo).toBe(after(-CONNECTED_SESSIONS_KEPT * MINUTES));
  });

  it('has the deadline, the offsets and the marks that were stored', () => {
    const session = { ...ended('a', '12:00:00'), offset: 7n, forgottenUpTo: at('11:00:00') };
    const client = restored([session], { confirmedUpTo: at('12:00:00') });
    expect(client).toMatchObject({ offset: 99n, presence: { offlineConfirmed: true } });
    expect(client.sessions).toMatchObject([{ offset: 7n, forgottenUpTo: at('11:00:00') }]);
  });

  it('is as new as its newest session, in any century', () => {
    const sessions = [
      ended('old', '1960-01-01T00:00:00Z'),
      ended('new', '1960-02-01T00:00:00Z'),
      connected('live', '1959-01-01T00:00:00Z'),
    ];
    expect(namesOf(restored(sessions))).toEqual(['live', 'new']);
  });
});
