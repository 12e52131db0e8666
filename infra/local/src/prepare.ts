import { findJava } from './stack/java.ts';
import { ensureJars } from './stack/kafka-jars.ts';
import { CannotRun } from './stack/part.ts';
import { ensureRedis } from './stack/redis-install.ts';

/** Before tests run side by side, once: fetches and installs what several of them start. Quiet where it is all there. */
const say = (text: string) => process.stdout.write(`${text}\n`);
const { signal } = new AbortController();
try {
  await findJava(process.env['JAVA_HOME'], signal);
  await ensureJars({ doing: say, done: say }, signal);
  await ensureRedis({ doing: say, done: say }, signal);
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
