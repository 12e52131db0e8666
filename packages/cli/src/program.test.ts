import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../bin/rollcall.js', import.meta.url));
/** Nobody listens there. */
const NOWHERE = { ROLLCALL_REDIS_PORT: '1', ROLLCALL_KAFKA_PORT: '1', ROLLCALL_EVENTHUBS_PORT: '1' };

async function rollcall(args: readonly string[], env: Record<string, string> = NOWHERE) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env });
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, out, err };
}

describe('the command line', () => {
  it.each(['0', '1001', '2.5'])('takes no page of "%s" clients', async (limit) => {
    const { code, err } = await rollcall(['clients', 'myns', '--limit', limit]);
    expect(code).toBe(1);
    expect(err).toContain('expected a whole number from 1 to 1000');
  });

  it('says in one line where it looked for Redis in vain', async () => {
    const { code, out, err } = await rollcall(['client', 'myns', 'pump']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^rollcall: cannot use Redis at 127\.0\.0\.1:1: .*\n$/);
  });

  it('says in one line what is wrong with its environment, and keeps the secret', async () => {
    const { code, err } = await rollcall(['counts'], { KAFKA_TLS: 'geheim?', REDIS_URL: 'redis://:geheim@127.0.0.1:1' });
    expect(code).toBe(1);
    expect(err).toMatch(/^rollcall: KAFKA_TLS is wrong: .*\n$/);
  });

  it('names the file that it cannot read, and the place in one that holds no events', async () => {
    expect(await rollcall(['publish', '/nowhere.json'])).toEqual({
      code: 1,
      out: '',
      err: 'rollcall: cannot read /nowhere.json: ENOENT\n',
    });
    const child = spawn(process.execPath, [PROGRAM, 'publish', '-'], { env: NOWHERE });
    child.stdin.end('{"id":"1"}\n{"id":');
    expect(await text(child.stderr)).toBe('rollcall: event 2 is not a JSON object\n');
  });

  it('knows only presences that there are', async () => {
    const { code, err } = await rollcall(['clients', 'myns', '--presence', 'asleep']);
    expect(code).toBe(1);
    expect(err).toContain('Allowed choices are online, offline, unknown');
  });
});
