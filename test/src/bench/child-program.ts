import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** Runs one of the bench's own programs in a process of its own: it must not wait for this one, nor this one for it. The options go in as its
 *  argument, its result comes as JSON on its standard output. `flags` are those of Node. */
export async function runProgram<Options, Result>(program: string, options: Options, flags: readonly string[] = []): Promise<Result> {
  const file = path.join(import.meta.dirname, `${program}.js`);
  const child = spawn(process.execPath, [...flags, file, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return JSON.parse(output) as Result;
}

/** What a program was started with. From then on it ends with whoever started it. */
export function programOptions<Options>(): Options {
  const input = new Socket({ fd: 0 });
  input
    .once('close', () => process.exit(1))
    .resume()
    .unref();
  return JSON.parse(process.argv[2] ?? '') as Options;
}

export function giveResult(result: unknown): void {
  process.stdout.write(JSON.stringify(result));
}
