import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { FOLD_VERSION, readsMemoryOf, StateRecord } from './state-record.ts';

const STORED = {
  foldVersion: FOLD_VERSION,
  position: { partition: 3, offset: '9007199254740993' },
  client: { namespace: 'myns', client: 'client1', presence: 'online' },
  memory: {
    source: { time: '2023-07-29T01:23:49.6454046Z', source: '/subscriptions/s' },
    confirmedUpTo: '2023-07-28T00:00:00.0000000Z',
  },
  sessions: [{ session: 'session1', status: 'connected', since: '2023-07-29T01:23:49.6454046Z', sequenceNumber: '1', offset: 41 }],
};

const VERSION_1 = {
  ...STORED,
  foldVersion: 1,
  sessions: [{ session: 'session1', status: 'connected' }],
  memory: {
    sessions: [
      {
        session: 'session1',
        offset: '41',
        latestConnected: {
          sequenceNumber: '9223372036854775807',
          time: '2023-07-29T01:23:49.6454046Z',
          firstTime: '2023-07-29T01:23:49.0000000Z',
        },
        latestDisconnected: { sequenceNumber: '-1', time: '2023-07-29T00:00:00.0000001Z', reason: 'ConnectionLost' },
      },
    ],
  },
};

const decode = (record: unknown) => StateRecord.safeParse(parseJson(JSON.stringify(record)));

describe('a record of rollcall.state', () => {
  it('gives back every int64 and every tick', () => {
    const { position, memory } = decode(STORED).data ?? {};
    expect(position).toEqual({ partition: 3, offset: 9007199254740993n });
    expect(memory?.source?.time).toBe(16905938296454046n);
  });

  it('of version 1 has the sessions in its memory', () => {
    expect(decode(VERSION_1).data?.memory).toEqual({
      sessions: [
        {
          session: 'session1',
          offset: 41n,
          latestConnected: { sequenceNumber: 9223372036854775807n, time: 16905938296454046n, firstTime: 16905938290000000n },
          latestDisconnected: { sequenceNumber: -1n, time: 16905888000000001n, reason: 'ConnectionLost' },
        },
      ],
    });
  });

  it('keeps attributes whole, and knows which parts were never seen', () => {
    const written = {
      updatedOn: '2023-07-29T01:14:34.2048108Z',
      time: '2023-07-29T01:14:35.8928724Z',
      id: 'id',
      createdOn: '2023-07-29T01:14:34.2048108Z',
      clientName: 'client1',
      state: 'Enabled',
      attributes: { site: ['a', 'b'], floor: 3 },
    };
    const memory = decode({ ...STORED, memory: { written } }).data?.memory;
    expect(memory?.written?.attributes).toEqual({ site: ['a', 'b'], floor: 3 });
    expect(memory).not.toHaveProperty('deleted');
    expect(memory).not.toHaveProperty('confirmedUpTo');
  });

  it('is read if this version or an earlier one wrote it', () => {
    expect([0, 1, FOLD_VERSION, FOLD_VERSION + 1].map(readsMemoryOf)).toEqual([false, true, true, false]);
  });

  it('is refused, not guessed at, where it is damaged', () => {
    expect(decode(STORED).success).toBe(true);
    expect(decode({ ...STORED, memory: undefined }).success).toBe(false);
    expect(decode({ ...STORED, position: { partition: 3, offset: '-1' } }).success).toBe(false);
    expect(decode({ ...STORED, sessions: undefined }).success).toBe(false);
    expect(decode({ ...STORED, sessions: [{ ...STORED.sessions[0], latestConnected: 'never' }] }).success).toBe(false);
    expect(decode({ ...STORED, foldVersion: 1 }).success).toBe(false);
    expect(
      decode({ ...VERSION_1, memory: { sessions: [{ session: 's', offset: '1', latestConnected: { sequenceNumber: '1' } }] } }).success,
    ).toBe(false);
  });
});
