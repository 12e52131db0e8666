import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Logger } from './logger.ts';
import { isFinal, isRetryable, patiently } from './patiently.ts';
import { Readiness } from './readiness.ts';

class Passing extends Error {
  readonly retryable = true;
}
class Final extends Error {
  readonly retryable = false;
}

function setUp() {
  const said: string[] = [];
  const logger = {
    info: (_: object, text: string) => said.push(text),
    warn: (_: object, text: string) => said.push(text),
  } as unknown as Logger;
  const stop = new AbortController();
  const readiness = new Readiness();
  const patience = { logger, signal: stop.signal, readiness, isPassing: isRetryable };
  return { said, stop, readiness, patience };
}

describe('doing something patiently', () => {
  it('says once that it waits and once that it goes on, and shows the obstacle meanwhile', async () => {
    const { said, readiness, patience } = setUp();
    const seen: (readonly string[])[] = [];
    let attempts = 0;
    const result = await patiently(
      'write to Kafka',
      async () => {
        seen.push(readiness.obstacles);
        if (++attempts <= 2) throw new Passing('no broker');
        return 'written';
      },
      patience,
    );
    expect(result).toBe('written');
    expect(seen).toEqual([[], ['cannot write to Kafka: no broker'], ['cannot write to Kafka: no broker']]);
    expect(readiness.obstacles).toEqual([]);
    expect(said).toEqual(['waiting', 'going on']);
  });

  it('says so once a minute while it waits', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { said, stop, patience } = setUp();
    let attempts = 0;
    const task = () => Promise.reject(new Passing(`no broker ${++attempts}`));
    const attempt = patiently('write', task, patience).catch(() => {});
    await vi.waitFor(() => expect(attempts).toBe(3));
    expect(said).toEqual(['waiting']);
    vi.setSystemTime(Date.now() + 60_000);
    await vi.waitFor(() => expect(said).toEqual(['waiting', 'waiting']));
    stop.abort();
    await attempt;
  });

  it('shows an obstacle when nothing answers for 10 s, and none once something does', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { readiness, patience } = setUp();
    const answer = Promise.withResolvers<void>();
    const attempt = patiently('write to Kafka', () => answer.promise, patience);
    await vi.advanceTimersByTimeAsync(9_900);
    expect(readiness.obstacles).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(readiness.obstacles).toEqual(['cannot write to Kafka: no answer for 10 s']);
    answer.resolve();
    await attempt;
    expect(readiness.obstacles).toEqual([]);
  });

  it('keeps the obstacle while another one waits for the same', async () => {
    const { readiness, stop, patience } = setUp();
    const stuck = patiently('write', () => Promise.reject(new Passing('no broker')), patience).catch(() => {});
    await vi.waitFor(() => expect(readiness.obstacles).toHaveLength(1));
    await patiently('write', async () => {}, patience);
    expect(readiness.obstacles).toEqual(['cannot write: no broker']);
    stop.abort();
    await stuck;
  });

  it('passes on at once what time cannot mend, and what says nothing about it', async () => {
    const { said, patience } = setUp();
    for (const error of [new Final('wrong partitions'), new TypeError('a bug')]) {
      await expect(patiently('write', () => Promise.reject(error), patience)).rejects.toBe(error);
    }
    expect(said).toEqual([]);
  });

  it('gives up while it waits, when it is told to stop', async () => {
    const { stop, patience } = setUp();
    const error = new Passing('no broker');
    const attempt = patiently('write', () => Promise.reject(error), patience);
    stop.abort();
    await expect(attempt).rejects.toBe(error);
  });

  it('does not try again after it was told to stop', async () => {
    const { stop, patience } = setUp();
    let attempts = 0;
    const task = async () => {
      attempts++;
      stop.abort();
      throw new Passing('no broker');
    };
    await expect(patiently('write', task, patience)).rejects.toThrow('no broker');
    expect(attempts).toBe(1);
  });
});

it('tells passing, final and unexpected errors apart', () => {
  const kinds = [new Passing(), new Final(), new Error(), undefined, 'text'].map((error) => [isRetryable(error), isFinal(error)]);
  expect(kinds).toEqual([
    [true, false],
    [false, true],
    [false, false],
    [false, false],
    [false, false],
  ]);
});

it('is ready when nothing is in the way, however often something was', () => {
  const readiness = new Readiness();
  readiness.block('b');
  readiness.block('a');
  readiness.block('a');
  expect(readiness.obstacles).toEqual(['a', 'b']);
  readiness.clear('a');
  readiness.clear('never there');
  expect(readiness.obstacles).toEqual(['b']);
});
