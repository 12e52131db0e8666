import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TEST = path.join(import.meta.dirname, '../..');
const SOURCE = path.join(TEST, 'peers/kafka-streams');
const CACHE = path.join(TEST, '.cache');

/** The class path of the peer, fetched by Maven and compiled once for each text of its source. Throws what Maven or javac says. */
export async function ensureKafkaStreams(): Promise<string> {
  const files = (await readdir(SOURCE)).sort();
  const digest = createHash('sha256');
  for (const file of files) digest.update(file).update(await readFile(path.join(SOURCE, file)));
  const dir = path.join(CACHE, `kafka-streams-${digest.digest('hex').slice(0, 12)}`);
  if (!(await exists(dir))) await build(files, dir);
  return [path.join(dir, 'classes'), path.join(dir, 'libraries', '*')].join(path.delimiter);
}

/** The folder is complete, or not there at all. */
async function build(files: readonly string[], dir: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const staging = await mkdtemp(path.join(CACHE, 'building-'));
  try {
    const [libraries, classes] = [path.join(staging, 'libraries'), path.join(staging, 'classes')];
    const pom = path.join(SOURCE, 'pom.xml');
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libraries}`]);
    const sources = files.filter((file) => file.endsWith('.java')).map((file) => path.join(SOURCE, file));
    await run('javac', ['-cp', path.join(libraries, '*'), '-d', classes, ...sources]);
    await rename(staging, dir);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
