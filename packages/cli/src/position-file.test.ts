import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PositionFile } from './position-file.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'rollcall-position-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('holds what was written last, as plain JSON, and nothing before', () => {
  const name = path.join(folder, 'seen.json');
  expect(new PositionFile(name).read()).toBeUndefined();
  const file = new PositionFile(name);
  file.write({ 0: '17', 1: '4' });
  file.write({ 0: '18', 1: '4' });
  expect(readFileSync(name, 'utf8')).toBe('{"0":"18","1":"4"}\n');
  expect(new PositionFile(name).read()).toEqual({ 0: '18', 1: '4' });
});

it.each(['', '{', '[]', '{"0":17}', '{"a":"17"}', '{"0":"-1"}'])('takes no position from a file that holds %s', (content) => {
  const name = path.join(folder, 'other.json');
  writeFileSync(name, content);
  expect(() => new PositionFile(name).read()).toThrow(`cannot use ${name}: it holds no position`);
});

it('says what it cannot read or write', () => {
  expect(() => new PositionFile(folder).read()).toThrow(`cannot use ${folder}: EISDIR`);
  const nowhere = path.join(folder, 'nowhere', 'seen.json');
  expect(() => new PositionFile(nowhere).write({ 0: '1' })).toThrow(`cannot write ${nowhere}: ENOENT`);
});
