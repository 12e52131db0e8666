import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));
/** Nobody listens there. */
const NOWHERE = { ROLLCALL_REDIS_PORT: '1', ROLLCALL_KAFKA_PORT: '1', ROLLCALL_EVENTHUBS_PORT: '1' };

async function rollcall(args: readonly string[], env: Record<string, string> = NOWHERE) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env });
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsBelow(child)]);
}

describe('the command line', () => {
  it.each(['0', '1001', '2.5', ' ', '1e2'])('takes no page of "%s" clients', async (limit) => {
    const { code, err } = await rollcall(['clients', 'myns', '--limit', limit]);
    expect(code).toBe(2);
    expect(err).toContain('expected a whole number from 1 to 1000');
  });

  it('says in one line where it looked for Redis in vain, and what to do', async () => {
    const { code, out, err } = await rollcall(['client', 'myns', 'pump']);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^rollcall: cannot use Redis at 127\.0\.0\.1:1: .*; check REDIS_URL, or start the local stack\n$/);
  });

  it('says in one line what is wrong with its environment, and keeps the secret', async () => {
    const { code, err } = await rollcall(['counts'], { KAFKA_TLS: 'geheim?', REDIS_URL: 'redis://:geheim@127.0.0.1:1' });
    expect(code).toBe(2);
    expect(err).toMatch(/^rollcall: KAFKA_TLS is wrong: .*; the variables are listed by rollcall --help\n$/);
    expect(err).not.toContain('geheim@');
  });

  it('says in one line what is wrong with the URL of Redis, and keeps its password', async () => {
    expect(await rollcall(['counts'], { REDIS_URL: 'redis-sentinel://:geheim@127.0.0.1' })).toEqual({
      ...{ code: 2, out: '' },
      err: 'rollcall: the name of the master is missing: …#master; check REDIS_URL\n',
    });
  });

  it('names the file that it cannot read, and the place in one that holds no events', async () => {
    expect(await rollcall(['publish', '/nowhere.json'])).toEqual({
      code: 2,
      out: '',
      err: 'rollcall: cannot read /nowhere.json: ENOENT; name a file, or - for standard input\n',
    });
    const child = spawn(process.execPath, [PROGRAM, 'publish', '-'], { env: NOWHERE });
    child.stdin.end('{"id":"1"}\n{"id":');
    expect(await text(child.stderr)).toBe('rollcall: event 2 is not a JSON object; nothing was sent\n');
  });

  it.each([
    { args: ['clients', 'myns', '--presence', 'asleep'], says: 'Allowed choices are online, offline, unknown' },
    { args: ['clients'], says: "missing required argument 'namespace'" },
    { args: ['clents'], says: "unknown command 'clents' (Did you mean clients?)" },
    { args: ['counts', '--jsn'], says: "unknown option '--jsn' (Did you mean --json?)" },
    { args: ['counts', 'a', 'b'], says: 'too many arguments' },
  ])('says in one line what is wrong with $args, and where to look', async ({ args, says }) => {
    const { code, out, err } = await rollcall(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^rollcall: .* \(see --help\)\n$/);
    expect(err).toContain(says);
  });

  it('helps by examples, with each command', () => {
    const commands = commandsBelow(createProgram(process));
    expect(commands.map((command) => command.name())).toContain('client');
    for (const command of commands) {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toMatch(/^Usage: rollcall .*\n\nExamples:\n {2}\$ rollcall /s);
    }
  });

  it('tells its version', async () => {
    expect(await rollcall(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });

  it('is used rightly where it is asked for help, and wrongly where it is asked for nothing', async () => {
    expect(await rollcall(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage: rollcall'), err: '' });
    expect(await rollcall([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage: rollcall') });
  });
});
