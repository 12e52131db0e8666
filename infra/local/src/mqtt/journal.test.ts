import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal, JournalBroken } from './journal.ts';
import { EventWriter, type LifeCycleEvent } from './life-cycle-event.ts';

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rollcall-journal-'));
  file = path.join(dir, 'journal.ndjson');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const write = new EventWriter(
  'local',
  () => 'id',
  () => '2030-01-01T00:00:00.0000000Z',
);
const connected = (session: string, number: number) => write.connected('a', session, number);
const ended = (session: string, number: number) => write.disconnected(connected(session, number), 'ConnectionLost');

/** What the next process finds; the one before gets no chance to close anything. */
function reopen(): { past: readonly LifeCycleEvent[]; unacknowledged: readonly LifeCycleEvent[]; journal: Journal } {
  const journal = new Journal(dir);
  return { past: journal.past, unacknowledged: journal.unacknowledged, journal };
}

it('is empty where there was none', () => {
  expect(reopen()).toMatchObject({ past: [], unacknowledged: [] });
});

it('hands the next process the events that Event Hubs has not acknowledged, in order', () => {
  const { journal } = reopen();
  journal.append([connected('s', 1), ended('s', 1)]);
  journal.append([connected('t', 1)]);
  journal.acknowledge(1);
  expect(reopen().unacknowledged).toEqual([ended('s', 1), connected('t', 1)]);
});

it('keeps of the acknowledged events the latest of each session, and so its number', () => {
  const { journal } = reopen();
  journal.append([connected('s', 1), ended('s', 1), connected('s', 2), connected('t', 1), ended('s', 2)]);
  journal.acknowledge(2);
  journal.acknowledge(2);
  expect(reopen()).toMatchObject({ past: [connected('s', 2), connected('t', 1), ended('s', 2)], unacknowledged: [ended('s', 2)] });
  const again = reopen();
  again.journal.acknowledge(1);
  expect(reopen()).toMatchObject({ past: [ended('s', 2), connected('t', 1)], unacknowledged: [] });
});

it('forgets a client that was deleted', () => {
  const { journal } = reopen();
  journal.append([write.createdOrUpdated('a', 'Enabled', {}, undefined), write.deleted('a')]);
  journal.acknowledge(2);
  expect(reopen().past).toEqual([]);
});

it('drops a last line that was torn, and goes on behind it', () => {
  const { journal } = reopen();
  journal.append([connected('s', 1)]);
  appendFileSync(file, JSON.stringify(ended('s', 1)).slice(0, 100));
  const { past, journal: next } = reopen();
  expect(past).toEqual([connected('s', 1)]);
  next.append([ended('s', 1)]);
  expect(reopen().unacknowledged).toEqual([connected('s', 1), ended('s', 1)]);
});

it('names a line that is broken within', () => {
  reopen().journal.append([connected('s', 1)]);
  writeFileSync(file, `${readFileSync(file, 'utf8')}rubbish\n${JSON.stringify(ended('s', 1))}\n`);
  expect(reopen).toThrow(JournalBroken);
  expect(reopen).toThrow(/journal\.ndjson: line 3 /);
});

it('stays small however long the front runs', () => {
  const { journal } = reopen();
  const session = 'x'.repeat(1_000);
  const blocks = Array.from({ length: 40 }, (_, block) => Array.from({ length: 500 }, (_, at) => connected(session, block * 500 + at)));
  for (const block of blocks) {
    journal.append(block);
    journal.acknowledge(block.length);
  }
  expect(statSync(file).size).toBeLessThan(17 * 1024 * 1024);
  expect(reopen()).toMatchObject({ past: [connected(session, 19_999)], unacknowledged: [] });
});
