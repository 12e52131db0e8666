import { expect, it, onTestFinished, vi } from 'vitest';
import type { Logger } from './logger.ts';
import { Readiness } from './readiness.ts';
import { logReadiness } from './readiness-log.ts';

it('says when the process is ready, and what is in the way, the same once a minute', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: unknown[] = [];
  const logger = { info: (text: string) => said.push(text), warn: (fields: object) => said.push(fields) } as unknown as Logger;
  const readiness = new Readiness();
  const stop = new AbortController();
  logReadiness(readiness, logger, stop.signal);
  const after = (seconds: number) => {
    vi.advanceTimersByTime(seconds * 1_000);
    return said.splice(0);
  };
  readiness.block('a');
  expect(after(59)).toEqual([{ obstacles: ['a'] }]);
  expect(after(2)).toEqual([{ obstacles: ['a'] }]);
  readiness.block('b');
  expect(after(2)).toEqual([{ obstacles: ['a', 'b'] }]);
  readiness.clear('a');
  readiness.clear('b');
  expect(after(100)).toEqual(['ready']);
  readiness.block('a');
  stop.abort();
  expect(after(100)).toEqual([]);
});
