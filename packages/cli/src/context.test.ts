import { EventEmitter } from 'node:events';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createContext } from './context.ts';
import { NotFound } from './failures.ts';

/** A process that writes down, in order, what was written to its two streams. */
function fakeHost({ isTTY }: { isTTY: boolean }) {
  const written: string[] = [];
  const stream = (name: string) =>
    Object.assign(new EventEmitter(), { isTTY, columns: 20, write: (text: string) => written.push(`${name} ${text}`) });
  const host = Object.assign(new EventEmitter(), {
    env: { NO_COLOR: '1' },
    stdout: stream('out'),
    stderr: stream('err'),
    exitCode: 0,
    exited: false,
    exit: () => {
      host.exited = true;
    },
  });
  return { host, written, context: createContext(host as unknown as NodeJS.Process) };
}

const CLEAR = 'err \r\u001b[2K';

describe('progress', () => {
  it('is a line on a terminal that gives way to what is printed, and to the end', async () => {
    const { written, context } = fakeHost({ isTTY: true });
    await context.answer(async () => {
      context.progress('1 of 2 events, which is half');
      context.print('found', false, String);
      context.progress('2 of 2 events');
    });
    expect(written).toEqual([`${CLEAR}1 of 2 events, whic`, CLEAR, 'out found\n', `${CLEAR}2 of 2 events`, CLEAR]);
  });

  it('is not shown more often than one can read', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { written, context } = fakeHost({ isTTY: true });
    for (let n = 0; n < 1_000; n++) {
      context.progress(`${n}`);
      vi.advanceTimersByTime(1);
    }
    expect(written).toEqual(Array.from({ length: 10 }, (_, n) => `${CLEAR}${n * 100}`));
  });

  it('is nothing to a file', () => {
    const { written, context } = fakeHost({ isTTY: false });
    context.progress('half');
    expect(written).toEqual([]);
  });
});

it('prints JSON as one line, int64 as a number that keeps its digits', () => {
  const { written, context } = fakeHost({ isTTY: false });
  context.print({ site: 9007199254740993n }, true, String);
  expect(written).toEqual(['out {"site":9007199254740993}\n']);
});

it('exits with what was wrong', async () => {
  const { host, written, context } = fakeHost({ isTTY: false });
  await context.answer(async () => {
    throw new NotFound('no such client');
  });
  expect({ written, code: host.exitCode }).toEqual({ written: ['err rollcall: no such client\n'], code: 1 });
});

describe('a command that runs until it is stopped', () => {
  it.each(['SIGINT', 'SIGTERM'])('is stopped by %s, and the second one finds nobody who holds it up', (signal) => {
    const { host, context } = fakeHost({ isTTY: true });
    const stop = context.stopSignal();
    expect(stop.aborted).toBe(false);
    host.emit(signal);
    expect(stop.aborted).toBe(true);
    expect(host.listenerCount(signal)).toBe(0);
  });

  it('is stopped when nobody reads it any more; another one exits', () => {
    const endless = fakeHost({ isTTY: false });
    const stop = endless.context.stopSignal();
    endless.host.stdout.emit('error', new Error('EPIPE'));
    expect([stop.aborted, endless.host.exited]).toEqual([true, false]);

    const short = fakeHost({ isTTY: false });
    short.host.stdout.emit('error', new Error('EPIPE'));
    expect(short.host.exited).toBe(true);
  });
});
