import { describe, expect, it } from 'vitest';
import { type ClientState, unseenClient } from './client.ts';
import { clientsOf, FoldingBatch, keyRecord } from './fold-batch.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { after, connected, deadline, disconnected, NOON_MS, record, replay, type StoredRecord } from './testing/index.ts';

/** Folds the records onto clients that are as `before` left them, else never seen. */
function fold(records: readonly StoredRecord[], before: readonly ClientState[] = []) {
  const keyed = records.map(keyRecord);
  const loaded = clientsOf(keyed).map((id) => before.find(({ key }) => key === id.key) ?? unseenClient(id));
  const batch = new FoldingBatch(keyed, loaded, DEFAULT_SETTINGS);
  const told = [...batch];
  return {
    events: told.flatMap((one) => ('folded' in one ? [one] : [])),
    refused: told.flatMap((one) => ('rejection' in one ? [one] : [])),
    clients: new Map(batch.clients().map((one) => [one.client.key, one])),
  };
}
type Batch = ReturnType<typeof fold>;
/** `10 session-connected client-online`, `11 stale`. */
const told = ({ events }: Batch) =>
  events.map(({ record: { offset }, folded }) => {
    const what = folded.outcome === 'changed' ? folded.kinds : folded.outcome === 'ignored' ? [folded.reason] : [folded.outcome];
    return [offset, ...what].join(' ');
  });
const known = (...log: Parameters<typeof replay>[0]) => [...replay(log).clients.values()];

describe('a batch of the log', () => {
  it('tells what each event came to in log order, and each client once', () => {
    const folded = fold([
      record(10, connected(1n, '12:00:00', { client: 'a' })),
      record(11, connected(1n, '12:00:00', { client: 'b' })),
      record(12, disconnected(1n, '12:00:05', { client: 'a' })),
    ]);
    expect(told(folded)).toEqual([
      '10 session-connected client-online',
      '11 session-connected client-online',
      '12 session-disconnected client-offline',
    ]);
    expect([...folded.clients.keys()]).toEqual(['myns/a', 'myns/b']);
    expect(folded.clients.get('myns/a')?.client).toMatchObject({ offset: 12n, presence: { presence: 'offline' } });
  });

  it('skips what a client’s position covers already, and only that', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(before[0]?.offset).toBe(1n);
    const folded = fold([record(0, connected(9n)), record(1, connected(9n)), record(2, connected(2n, '12:01:00'))], before);
    expect(told(folded)).toEqual(['2 session-connected client-online']);
  });

  it('says why it ignores an event, and leaves its client out', () => {
    const folded = fold([record(2, connected(2n, '12:01:00')), record(3, connected(1n, '11:00:00'))], known(connected(2n, '12:01:00')));
    expect(told(folded)).toEqual(['2 duplicate', '3 stale']);
    expect(folded.clients.size).toBe(0);
  });

  it('keeps what is only remembered', () => {
    const before = known(connected(2n, '12:01:00'));
    const folded = fold([record(9, disconnected(1n, '12:00:30'))], before);
    expect(told(folded)).toEqual(['9 remembered']);
    expect(folded.clients.get('myns/client1')?.client.offset).toBe(9n);
  });

  it('refuses poison and goes on with its neighbours', () => {
    const poison = { ...record(1, connected(1n)), value: Buffer.from([0xff]) };
    const stranger = { ...record(2, connected(1n)), key: Buffer.from('myns/somebody else') };
    const nobody = { ...record(3, connected(1n)), key: null };
    const folded = fold([record(0, connected(1n)), poison, stranger, nobody, record(4, disconnected(1n, '12:01:00'))]);
    expect(folded.refused.map(({ record: { offset }, rejection }) => [offset, rejection.reason])).toEqual([
      [1n, 'not-json'],
      [2n, 'invalid-data'],
      [3n, 'invalid-data'],
    ]);
    expect(folded.events.map(({ record: { offset } }) => offset)).toEqual([0n, 4n]);
  });

  it('tells each event once, and folds what nobody has asked for yet', () => {
    const keyed = [connected(1n), disconnected(1n, '12:01:00'), connected(1n)].map((event, offset) => keyRecord(record(offset, event)));
    const batch = new FoldingBatch(keyed, clientsOf(keyed).map(unseenClient), DEFAULT_SETTINGS);
    expect(batch[Symbol.iterator]().next().value).toMatchObject({ folded: { outcome: 'changed' } });
    expect(batch.clients()).toMatchObject([{ client: { offset: 1n } }]);
    expect([...batch]).toEqual([]);
  });

  it('fails where a client was not loaded, rather than starting it anew', () => {
    const batch = new FoldingBatch([keyRecord(record(0, connected(1n)))], [], DEFAULT_SETTINGS);
    expect(() => [...batch]).toThrow('was not loaded');
  });
});

describe('a pending client', () => {
  const pendingOf = (...args: Parameters<typeof fold>) => fold(...args).clients.get('myns/client1')?.pending;
  const ending = (offset: number, seconds: number, timestamp: number) =>
    record(offset, disconnected(1n, after(seconds, '12:00:00')), { timestamp });

  it('is pending since the log time of the record that set its latest ending, not since that of the last record', () => {
    const batch = [
      record(0, connected(1n)),
      ending(1, 5, NOON_MS + 1_000),
      record(2, connected(1n, '11:59:59'), { timestamp: NOON_MS + 9_000 }),
    ];
    expect(pendingOf(batch)).toEqual({ since: NOON_MS + 1_000, moved: true });
  });

  it('moves with a later ending', () => {
    const batch = [record(0, connected(1n)), ending(1, 5, NOON_MS + 1_000), ending(2, 50, NOON_MS + 2_000)];
    expect(pendingOf(batch)).toEqual({ since: NOON_MS + 2_000, moved: true });
  });

  it('keeps its due time where the batch did not move its ending', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(pendingOf([record(7, connected(1n, '11:59:59'), { timestamp: NOON_MS + 9_000 })], before)).toEqual({
      since: NOON_MS + 9_000,
      moved: false,
    });
  });

  it('is pending since the end of the batch, where what it heard did not move its ending', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    const earlier = (offset: number, seconds: number) =>
      record(offset, connected(1n, after(-seconds)), { timestamp: NOON_MS + seconds * 1_000 });
    expect(pendingOf([earlier(7, 1), earlier(8, 9)], before)).toEqual({ since: NOON_MS + 9_000, moved: false });
  });

  it('is no longer pending once it is back, or confirmed', () => {
    const before = known(connected(1n), disconnected(1n, '12:00:05'));
    expect(pendingOf([record(7, connected(2n, '12:00:10'))], before)).toBeUndefined();
    expect(pendingOf([record(7, deadline('12:00:05'))], before)).toBeUndefined();
  });
});
