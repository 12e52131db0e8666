import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PartitionLog } from './partition-log.ts';
import { RecentMessages } from './recent-messages.ts';

let dir: string;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'partition-'));
});
afterEach(() => fs.rmSync(dir, { recursive: true }));

const messages = (...texts: string[]) => texts.map((text) => Buffer.from(text));

function contents(log: PartitionLog): string[] {
  return Array.from({ length: log.next - log.first }, (_, index) => String(log.read(log.first + index)?.message));
}

function newestFile(): string {
  return path.join(dir, fs.readdirSync(dir).sort().at(-1) ?? 'none');
}

describe('a partition', () => {
  it('numbers its events from 0 and counts their bytes', () => {
    const log = new PartitionLog(dir, 10);
    log.append(messages('aa', 'bbb'), 1_000);
    log.append(messages('c'), 2_000);
    expect([0, 1, 2].map((n) => log.read(n))).toMatchObject([
      { sequenceNumber: 0, offset: 0, enqueuedAt: 1_000 },
      { sequenceNumber: 1, offset: 2, enqueuedAt: 1_000 },
      { sequenceNumber: 2, offset: 5, enqueuedAt: 2_000 },
    ]);
    expect(log.read(3)).toBeUndefined();
  });

  it('never goes back in time', () => {
    const log = new PartitionLog(dir, 10);
    log.append(messages('a'), 2_000);
    log.append(messages('b'), 1_000);
    expect(log.last?.enqueuedAt).toBe(2_000);
  });

  it('drops the oldest events', () => {
    const log = new PartitionLog(dir, 3);
    for (const text of 'abcde') log.append(messages(text), 0);
    expect([log.first, log.next]).toEqual([2, 5]);
    expect(contents(log)).toEqual(['c', 'd', 'e']);
    expect(log.read(1)).toBeUndefined();
  });

  it('reads from its files what memory has no room for', () => {
    const log = new PartitionLog(dir, 3, new RecentMessages(5));
    for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) log.append(messages(text), 7);
    expect(contents(log)).toEqual(['cccc', 'dddd', 'eeee']);
    expect(log.read(2)).toEqual({ sequenceNumber: 2, offset: 8, enqueuedAt: 7, message: Buffer.from('cccc') });
    expect(contents(new PartitionLog(dir, 3))).toEqual(['cccc', 'dddd', 'eeee']);
  });

  it('takes a batch without events', () => {
    const log = new PartitionLog(dir, 3);
    log.append([], 0);
    expect([log.next, fs.readdirSync(dir)]).toEqual([0, []]);
  });

  it('tells its listeners until they go', () => {
    const log = new PartitionLog(dir, 3);
    const listener = vi.fn();
    const leave = log.onAppend(listener);
    log.append(messages('a', 'b'), 0);
    leave();
    log.append(messages('c'), 0);
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('a restarted partition', () => {
  it('has its events and goes on where it stopped', () => {
    new PartitionLog(dir, 10).append(messages('aa', 'bbb'), 1_000);
    const log = new PartitionLog(dir, 10);
    expect(contents(log)).toEqual(['aa', 'bbb']);
    log.append(messages('c'), 500);
    expect(log.last).toMatchObject({ sequenceNumber: 2, offset: 5, enqueuedAt: 1_000 });
    expect(contents(new PartitionLog(dir, 10))).toEqual(['aa', 'bbb', 'c']);
  });

  it.each([1, 5, 20, 33])('cuts off a last event of which only all but %i bytes were written', (missing) => {
    new PartitionLog(dir, 10).append(messages('whole', 'torn'), 0);
    fs.truncateSync(newestFile(), fs.statSync(newestFile()).size - missing);
    const log = new PartitionLog(dir, 10);
    expect(contents(log)).toEqual(['whole']);
    log.append(messages('next'), 0);
    expect(contents(new PartitionLog(dir, 10))).toEqual(['whole', 'next']);
  });

  it('cuts off a last event whose bytes are not what was written', () => {
    new PartitionLog(dir, 10).append(messages('whole', 'damaged'), 0);
    const file = fs.openSync(newestFile(), 'r+');
    fs.writeSync(file, 'D', fs.fstatSync(file).size - 1);
    fs.closeSync(file);
    expect(contents(new PartitionLog(dir, 10))).toEqual(['whole']);
  });

  it('keeps numbering and at least the retained events, in files that do not grow without end', () => {
    for (let run = 0; run < 5; run++) {
      const log = new PartitionLog(dir, 10);
      for (let n = 0; n < 7; n++) log.append(messages(`${log.next}`), 0);
      log.close();
    }
    const log = new PartitionLog(dir, 10);
    expect(contents(log)).toEqual(Array.from({ length: 10 }, (_, index) => String(25 + index)));
    expect(fs.readdirSync(dir).sort()).toEqual(['00000000000000000020.events', '00000000000000000030.events']);
  });
});

describe('a receiver begins', () => {
  function filled(): PartitionLog {
    const log = new PartitionLog(dir, 3);
    for (const [index, text] of ['aa', 'bb', 'cc', 'dd'].entries()) log.append(messages(text), 1_000 + index);
    return log;
  }

  it.each([
    [{ from: 'offset', value: -1, inclusive: false }, 1],
    [{ from: 'offset', value: 4, inclusive: false }, 3],
    [{ from: 'offset', value: 4, inclusive: true }, 2],
    [{ from: 'offset', value: 3, inclusive: true }, 2],
    [{ from: 'sequenceNumber', value: 0, inclusive: true }, 1],
    [{ from: 'sequenceNumber', value: 2, inclusive: false }, 3],
    [{ from: 'sequenceNumber', value: 3, inclusive: false }, 4],
    [{ from: 'offset', value: 6, inclusive: false }, 4],
    [{ from: 'enqueuedAt', value: 1_001, inclusive: false }, 2],
    [{ from: 'latest' }, 4],
  ] as const)('at %j with the event of sequence number %i', (start, sequenceNumber) => {
    expect(filled().resolve(start)).toBe(sequenceNumber);
  });

  it.each([
    [{ from: 'offset', value: 7, inclusive: true }, "offset '7' is invalid. The last offset in the system is '6'"],
    [
      { from: 'sequenceNumber', value: 4, inclusive: true },
      "sequence number '4' is invalid. The last sequence number in the system is '3'",
    ],
  ] as const)('nowhere at %j, which is after the last event', (start, message) => {
    expect(() => filled().resolve(start)).toThrow(message);
  });

  it('at the end where the time is still to come', () => {
    expect(filled().resolve({ from: 'enqueuedAt', value: 9_999, inclusive: false })).toBe(4);
  });
});
