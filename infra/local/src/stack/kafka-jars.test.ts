import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureJars } from './kafka-jars.ts';

/** Stands for Maven: notes that it ran, and copies two jars to where it is told. */
const MAVEN = `#!/bin/sh
echo run >> "$(dirname "$0")/runs"
for argument in "$@"; do case "$argument" in -DoutputDirectory=*) dir="\${argument#*=}";; esac; done
echo broker > "$dir/broker.jar"
echo client > "$dir/client.jar"
`;

let cache: string;
let mvn: string;
let said: string[];
const progress = { doing: () => {}, done: (text: string) => said.push(text) };
const ensure = (program = mvn) => ensureJars(progress, new AbortController().signal, path.join(cache, 'cache'), program);
const runs = async () => (await readFile(path.join(cache, 'runs'), 'utf8')).split('\n').length - 1;

beforeEach(async () => {
  said = [];
  cache = await mkdtemp(path.join(os.tmpdir(), 'rollcall-jars-'));
  mvn = path.join(cache, 'mvn');
  await writeFile(mvn, MAVEN, { mode: 0o755 });
});

afterEach(() => rm(cache, { recursive: true }));

it('fetches once', async () => {
  const dir = await ensure();
  expect(await ensure()).toBe(dir);
  expect(await readdir(dir)).toEqual(['broker.jar', 'client.jar', 'complete.json']);
  expect(await runs()).toBe(1);
  expect(said).toEqual([expect.stringMatching(/^fetched Kafka [\d.]+: 2 jars in \d+ s$/)]);
});

it('fetches again when the stamp was never written, or a jar is missing or cut short', async () => {
  const dir = await ensure();
  await rm(path.join(dir, 'complete.json'));
  await ensure();
  expect(await runs()).toBe(2);
  await rm(path.join(dir, 'client.jar'));
  await ensure();
  expect(await runs()).toBe(3);
  await truncate(path.join(dir, 'broker.jar'), 3);
  await ensure();
  expect(await runs()).toBe(4);
  expect(await readFile(path.join(dir, 'broker.jar'), 'utf8')).toBe('broker\n');
});

it('says what to install when Maven is missing, and leaves nothing half-done', async () => {
  await expect(ensure(path.join(cache, 'no-such-mvn'))).rejects.toThrow(/Maven is missing.*apt-get install maven/);
  expect(await readdir(path.join(cache, 'cache'))).toEqual([]);
});

it("gives Maven's reason when it fails", async () => {
  await writeFile(mvn, '#!/bin/sh\necho "[INFO] trying"\necho "[ERROR] no route to host"\nexit 1\n');
  await expect(ensure()).rejects.toThrow(/^Maven could not fetch Kafka [\d.]+: no route to host$/);
});
