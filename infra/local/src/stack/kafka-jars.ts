import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CannotRun, type Progress } from './part.ts';
import { tryRun } from './run.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const POM = path.join(PACKAGE, 'kafka', 'pom.xml');
const CACHE = path.join(PACKAGE, '.cache');
const STAMP = 'complete.json';

/** The folder with Kafka's jars, in `cache`, fetched by Maven unless they are all there. Throws CannotRun. */
export async function ensureJars(progress: Progress, signal: AbortSignal, cache = CACHE, mvn = 'mvn'): Promise<string> {
  const pom = await readFile(POM, 'utf8');
  const version = pom.match(/<kafka\.version>(.+)<\/kafka\.version>/)?.[1];
  const dir = path.join(cache, `kafka-${version}`);
  const digest = createHash('sha256').update(pom).digest('hex');
  if (await isComplete(dir, digest)) return dir;

  await mkdir(cache, { recursive: true });
  const staging = await mkdtemp(path.join(cache, 'fetching-'));
  try {
    await fetchJars(mvn, staging, `Kafka ${version}`, progress, signal);
    await writeFile(path.join(staging, STAMP), JSON.stringify({ pom: digest, sizes: await jarSizes(staging) }));
    // Another start may have been faster, and run from it already.
    if (await isComplete(dir, digest)) return dir;
    await rm(dir, { recursive: true, force: true });
    await rename(staging, dir);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return dir;
}

async function fetchJars(mvn: string, dir: string, what: string, progress: Progress, signal: AbortSignal): Promise<void> {
  progress.doing(`fetching ${what} by Maven, once (45 MB)`);
  const started = Date.now();
  let downloads = 0;
  const args = ['-B', '-f', POM, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${dir}`];
  const maven = await tryRun(mvn, args, {
    signal,
    onLine: (line) => {
      if (/Downloaded from .*\.jar/.test(line) && ++downloads % 10 === 0) progress.doing(`fetching ${what} by Maven: ${downloads} files`);
    },
  });
  if (maven.missing) throw new CannotRun('Maven is missing, which fetches Kafka. Install it, on Debian: apt-get install maven');
  if (maven.code !== 0) {
    const reason = maven.lines.find((line) => line.startsWith('[ERROR]')) ?? maven.lines.at(-1);
    throw new CannotRun(`Maven could not fetch ${what}: ${reason?.replace('[ERROR] ', '')}`);
  }
  const copied = Object.keys(await jarSizes(dir)).length;
  progress.done(`fetched ${what}: ${copied} jars in ${Math.round((Date.now() - started) / 1_000)} s`);
}

/** True only if every jar that was fetched for this pom is still there in full. */
async function isComplete(dir: string, digest: string): Promise<boolean> {
  try {
    const stamp: { pom: string; sizes: Record<string, number> } = JSON.parse(await readFile(path.join(dir, STAMP), 'utf8'));
    const sizes = await jarSizes(dir);
    return stamp.pom === digest && Object.entries(stamp.sizes).every(([jar, size]) => sizes[jar] === size);
  } catch {
    return false;
  }
}

async function jarSizes(dir: string): Promise<Record<string, number>> {
  const jars = (await readdir(dir)).filter((name) => name.endsWith('.jar')).sort();
  return Object.fromEntries(await Promise.all(jars.map(async (jar) => [jar, (await stat(path.join(dir, jar))).size] as const)));
}
