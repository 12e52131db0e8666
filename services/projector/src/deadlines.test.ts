import { connected, deadline, disconnected, NOON_MS, record, replay } from '@rollcall/fold/testing';
import type { LogRecord, LogWriter, NewRecord } from '@rollcall/log';
import type { LogEvent } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { Deadlines } from './deadlines.ts';
import { MemorySnapshots, TOPICS } from './partition.test-kit.ts';

const SECOND = 1_000;
const LOG = [connected(1n), disconnected(1n, '12:00:05')];

/** A client as the log left it, whose deadline falls due at noon. */
function due(...log: LogEvent[]) {
  const snapshots = new MemorySnapshots([]);
  for (const [key, client] of replay(log).clients) {
    snapshots.clients.set(key, client);
    snapshots.deadlines.set(key, NOON_MS);
  }
  const appended: NewRecord[] = [];
  let broken = false;
  const writer = {
    async append(records: readonly NewRecord[]) {
      if (broken) throw new Error('no broker');
      appended.push(...records);
    },
  } as LogWriter;
  const deadlines = new Deadlines(4, writer, TOPICS);
  return {
    appended,
    deadlines,
    appendDue: (now: number) => deadlines.appendDue(snapshots.asOwned(), now),
    breakWriter: (is: boolean) => (broken = is),
  };
}

/** An event that Event Hubs had for so long before it was logged at noon. */
function logged(seconds: number): LogRecord {
  return record(0, connected(1n), { headers: { 'hub-enqueued-time': new Date(NOON_MS - seconds * SECOND).toISOString() } });
}

describe('a deadline that has fallen due', () => {
  it('is appended to the log under its client’s key, naming the ending that it covers', async () => {
    const { appended, appendDue } = due(...LOG);
    await appendDue(NOON_MS);
    expect(appended).toMatchObject([{ topic: 'rollcall.events', partition: 4, key: 'myns/client1' }]);
    expect(JSON.parse(String(appended[0]?.value))).toMatchObject({
      type: 'rollcall.OfflineDeadline',
      time: '2026-03-02T12:00:00.0000000Z',
      data: { latestEnding: '2026-03-02T12:00:05.0000000Z' },
    });
  });

  it('is not appended before its time, and once until ten seconds have passed without the fold having seen it', async () => {
    const { appended, appendDue } = due(...LOG);
    const counts: [fresh: boolean, appended: number][] = [];
    for (const now of [-1, 0, 500, 10_000, 10_001, 20_000]) counts.push([await appendDue(NOON_MS + now), appended.length]);
    expect(counts).toEqual([
      [false, 0],
      [true, 1],
      [false, 1],
      [false, 1],
      [true, 2],
      [false, 2],
    ]);
  });

  it('is appended in the next round where the log did not take it', async () => {
    const { appended, appendDue, breakWriter } = due(...LOG);
    breakWriter(true);
    await expect(appendDue(NOON_MS)).rejects.toThrow('no broker');
    breakWriter(false);
    await appendDue(NOON_MS + 1);
    expect(appended).toHaveLength(1);
  });

  it('is not appended for a client that is back, or confirmed already', async () => {
    for (const last of [connected(2n, '12:00:06'), deadline('12:00:05')]) {
      const { appended, appendDue } = due(...LOG, last);
      await appendDue(NOON_MS);
      expect(appended).toEqual([]);
    }
  });
});

describe('while ingest is behind', () => {
  it('deadlines are held for as long again as the newest event was late', async () => {
    const { appended, appendDue, deadlines } = due(...LOG);
    deadlines.watch([logged(60)]);
    await appendDue(NOON_MS + 59 * SECOND);
    expect(appended).toEqual([]);
    await appendDue(NOON_MS + 60 * SECOND);
    expect(appended).toHaveLength(1);
  });

  it('deadlines wait no longer once an event arrives on time', async () => {
    const { appended, appendDue, deadlines } = due(...LOG);
    deadlines.watch([logged(3_600), logged(1)]);
    await appendDue(NOON_MS);
    expect(appended).toHaveLength(1);
  });

  it('what is redriven long after it arrived says nothing about that', async () => {
    const { appended, appendDue, deadlines } = due(...LOG);
    const late = logged(86_400);
    deadlines.watch([{ ...late, headers: { ...late.headers, redriven: 'rollcall.dead-letters:0:1' } }]);
    await appendDue(NOON_MS);
    expect(appended).toHaveLength(1);
  });

  it('the projector’s own records say nothing about that', async () => {
    const { appended, appendDue, deadlines } = due(...LOG);
    deadlines.watch([logged(60), record(1, deadline('12:00:05'))]);
    await appendDue(NOON_MS + SECOND);
    expect(appended).toEqual([]);
  });
});
