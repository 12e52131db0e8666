import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Seeds } from './seeds.ts';
import { NO_VERDICT } from './verdict.ts';

it('goes on with a series where it was stopped, even in the middle of a line', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-seeds-'));
  const file = path.join(dir, 'seeds.jsonl');
  new Seeds(file).add(1, { ...NO_VERDICT, events: 9 }, new Map([['kill a broker', 2]]), 1_500);
  appendFileSync(file, '{"seed":2,"violat');
  const resumed = new Seeds(file);
  expect([resumed.has(1), resumed.has(2)]).toEqual([true, false]);
  expect(resumed.table()).toContain('| 1 | 9 | 0 | 2 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 1.5 s |');
  await rm(dir, { recursive: true });
});
