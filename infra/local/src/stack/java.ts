import path from 'node:path';
import { CannotRun } from './part.ts';
import { tryRun } from './run.ts';

const OLDEST = 17;

/** The Java to run Kafka with: that of `home` (JAVA_HOME), else the one on the PATH. Throws CannotRun where there is none that will do. */
export async function findJava(home: string | undefined, signal: AbortSignal): Promise<string> {
  const java = home ? path.join(home, 'bin', 'java') : 'java';
  const { code, lines } = await tryRun(java, ['-version'], { signal });
  const version = code === 0 ? javaVersion(lines.join('\n')) : undefined;
  if (version !== undefined && version >= OLDEST) return java;
  const found = version === undefined ? `${java} does not run` : `${java} is Java ${version}`;
  throw new CannotRun(
    `Kafka needs Java ${OLDEST} or newer, but ${found}. Install a JDK, on Debian: apt-get install openjdk-17-jdk-headless maven`,
  );
}

/** The major version in the output of `java -version`; Java 8 calls itself 1.8. */
export function javaVersion(output: string): number | undefined {
  const [, major, minor] = output.match(/version "(\d+)(?:\.(\d+))?/) ?? [];
  if (major === undefined) return undefined;
  return Number(major === '1' ? minor : major);
}
