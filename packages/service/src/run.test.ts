import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

/** A service that waits for its stop, and then does as DRAIN says. */
const PROGRAM = `
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigInvalid, runService } from './dist/index.js';
class TopicsDiffer extends Error { retryable = false }
await runService({
  name: 'sleeper',
  summary: 'Sleeps until it is told to stop.',
  settings: {
    DRAIN: { type: z.enum(['at once', 'never', 'fails', 'final', 'config']), help: 'how it stops' },
    TOKEN: { type: z.string().length(4), help: 'four letters', secret: true, default: 'abcd' },
  },
  async run({ DRAIN }, logger, signal) {
    if (DRAIN === 'fails') throw new Error('a bug');
    if (DRAIN === 'final') throw new TopicsDiffer('other partitions');
    if (DRAIN === 'config') throw new ConfigInvalid('A without B');
    logger.info('running');
    while (!signal.aborted || DRAIN === 'never') await sleep(5);
  },
}, process);
`;

/** Starts the service; `until` waits for a line of its log. */
function start(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { out: '', err: '' };
  child.stdout.on('data', (text) => (output.out += text));
  child.stderr.on('data', (text) => (output.err += text));
  const ended = once(child, 'close').then(([code]) => ({ code, ...output }));
  const until = async (text: string) => {
    while (!output.out.includes(text))
      await Promise.race([once(child.stdout, 'data'), ended.then(() => Promise.reject(new Error(output.err)))]);
  };
  return { child, ended, until };
}

describe('the life of a service', () => {
  it('ends with 2 and one line where the configuration is wrong, without the secret', async () => {
    const { code, out, err } = await start({ TOKEN: 'geheim' }).ended;
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: 'sleeper: DRAIN is not set: how it stops; TOKEN is wrong: four letters\n',
    });
  });

  it('ends with 2 where settings contradict each other', async () => {
    const { code, out } = await start({ DRAIN: 'config' }).ended;
    expect(code).toBe(2);
    expect(out).toContain('"error":"A without B"');
  });

  it('ends with 1 and a stack for what nobody expected', async () => {
    const { code, out } = await start({ DRAIN: 'fails' }).ended;
    expect(code).toBe(1);
    expect(out).toMatch(/"level":"fatal".*a bug.*"stack":/);
  });

  it('ends with 1 and one line for what a person must mend', async () => {
    const { code, out } = await start({ DRAIN: 'final' }).ended;
    expect(code).toBe(1);
    expect(out).toContain('"error":"other partitions"');
    expect(out).not.toContain('"stack":');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains at the first %s and ends with 0', async (signal) => {
    const { child, ended, until } = start({ DRAIN: 'at once' });
    await until('running');
    child.kill(signal);
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain('"msg":"stopped"');
  });

  it('stops at once at a second signal, with 1', async () => {
    const { child, ended, until } = start({ DRAIN: 'never' });
    await until('running');
    child.kill('SIGTERM');
    await until('stopping');
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(code).toBe(1);
    expect(out).toContain('"why":"a second signal"');
  });

  it('stops at once when SHUTDOWN_GRACE is over, with 1', async () => {
    const { child, ended, until } = start({ DRAIN: 'never', SHUTDOWN_GRACE: '50ms' });
    await until('running');
    child.kill('SIGTERM');
    const { code, out } = await ended;
    expect(code).toBe(1);
    expect(out).toContain('"why":"SHUTDOWN_GRACE is over"');
  });

  it('explains itself without any configuration', async () => {
    const { code, out } = await start({}, '--help').ended;
    expect(code).toBe(0);
    expect(out).toContain('Sleeps until it is told to stop.\n\nEnvironment:\n');
    expect(out).toMatch(/^ {2}DRAIN +how it stops \(required\)$/m);
    expect(out).toMatch(/^ {2}SHUTDOWN_GRACE +how long a stop may take before it is forced \(default 20s\)$/m);
  });
});
