import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rollcallLocal } from './rollcall-local.ts';

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rollcall-local-'));
  file = path.join(dir, 'data', 'clients.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const said = { out: '', err: '' };
  const code = await rollcallLocal(
    argv,
    { ROLLCALL_DATA_DIR: path.dirname(file) },
    (text) => {
      said.out += text;
    },
    (text) => {
      said.err += text;
    },
  );
  return { code, ...said };
}

const registered = () => JSON.parse(readFileSync(file, 'utf8'));

it('registers a client with attributes of each kind, and lists it', async () => {
  const attributes = ['floor=3', 'tag=roof', 'tag=north', 'note=a=b', 'zip=007'].flatMap((pair) => ['--attribute', pair]);
  expect(await run('register', 'sensor 1/é', ...attributes)).toEqual({ code: 0, out: 'sensor 1/é is registered, Enabled\n', err: '' });
  expect(registered()).toEqual({
    'sensor 1/é': { state: 'Enabled', attributes: { floor: 3, tag: ['roof', 'north'], note: 'a=b', zip: '007' } },
  });
  expect((await run('clients')).out).toBe('sensor 1/é  Enabled   {"floor":3,"tag":["roof","north"],"note":"a=b","zip":"007"}\n');
  expect(JSON.parse((await run('clients', '--json')).out)).toEqual(registered());
});

it('replaces a client, and leaves the others alone', async () => {
  await run('register', 'a', '-a', 'floor=1');
  await run('register', 'b');
  await run('register', 'a', '--disabled');
  expect(registered()).toEqual({ a: { state: 'Disabled', attributes: {} }, b: { state: 'Enabled', attributes: {} } });
});

it('unregisters a client, once', async () => {
  await run('register', 'a');
  expect(await run('unregister', 'a')).toMatchObject({ code: 0, out: 'a is no longer registered\n' });
  expect(registered()).toEqual({});
  expect((await run('clients')).out).toBe('No client is registered.\n');
  expect(await run('unregister', 'a')).toEqual({ code: 1, out: '', err: 'rollcall-local: a is not registered\n' });
});

it('loses no edit when many are made at a time', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `sensor-${at}`);
  const runs = await Promise.all(names.map((name) => run('register', name)));
  expect(runs.map(({ code }) => code)).toEqual(names.map(() => 0));
  expect(Object.keys(registered()).sort()).toEqual(names.sort());
});

it('takes over the lock of an edit that was killed', async () => {
  await run('register', 'a');
  const lock = `${file}.lock`;
  writeFileSync(lock, '');
  utimesSync(lock, 0, 0);
  expect(await run('register', 'b')).toMatchObject({ code: 0 });
  expect(() => statSync(lock)).toThrow('ENOENT');
});

it('does not overwrite a file that it cannot read', async () => {
  await run('register', 'a');
  writeFileSync(file, '{"a": {"attributes": {"floor": 1.5}}}');
  expect(await run('register', 'b')).toEqual({
    code: 1,
    out: '',
    err: `rollcall-local: ${file}: a.attributes.floor: expected a string, an integer or a list of strings\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('{"a": {"attributes": {"floor": 1.5}}}');
});

it.each([
  [['register'], 'give one NAME'],
  [['register', 'a', 'b'], 'give one NAME'],
  [['register', 'x'.repeat(129)], 'a NAME has 1 to 128 characters'],
  [['register', 'a', '--attribute', 'floor'], '--attribute floor is not KEY=VALUE'],
  [['clients', 'a'], 'clients takes no name'],
  [['drop', 'a'], 'no command drop'],
  [['clients', '--all'], "Unknown option '--all'"],
])('says what is wrong with %j', async (argv, message) => {
  expect(await run(...argv)).toEqual({ code: 2, out: '', err: `rollcall-local: ${message}; see rollcall-local --help\n` });
});

it('explains itself with examples', async () => {
  for (const argv of [['--help'], ['register', '-h'], []]) {
    const { code, out } = await run(...argv);
    expect(code).toBe(0);
    expect(out).toContain('rollcall-local register sensor-1 --attribute floor=3');
  }
});
