import { setTimeout as sleep } from 'node:timers/promises';
import type { NewRecord } from '@rollcall/log';
import { expect, it } from 'vitest';
import { JointWriter } from './joint-writer.ts';

const record = (value: string): NewRecord => ({ topic: 't', partition: 0, key: null, value });

/** Appends one after the other, each ended by the test. */
function appending() {
  const begun: { readonly values: unknown[]; readonly end: (error?: Error) => void }[] = [];
  const writer = new JointWriter(
    (records) =>
      new Promise((resolve, reject) => {
        begun.push({ values: records.map(({ value }) => value), end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  return { writer, begun, write: (...values: readonly string[]) => writer.write(values.map(record)) };
}
/** Longer than two writes are apart. */
const settled = () => sleep(30);

it('writes together what comes while a write is under way, in order, and each waits for its own', async () => {
  const { begun, write } = appending();
  const done: string[] = [];
  const first = write('a').then(() => done.push('a'));
  await settled();
  const others = [write('b', 'c').then(() => done.push('b')), write('d').then(() => done.push('d'))];
  await settled();
  expect(begun.map(({ values }) => values)).toEqual([['a']]);
  begun[0]?.end();
  await first;
  await expect.poll(() => begun.map(({ values }) => values)).toEqual([['a'], ['b', 'c', 'd']]);
  expect(done).toEqual(['a']);
  begun[1]?.end();
  await Promise.all(others);
  expect(done).toEqual(['a', 'b', 'd']);
});

it('fails for those whose records were in the write that failed, and for nobody else', async () => {
  const { begun, write } = appending();
  const first = expect(write('a')).rejects.toThrow('no broker');
  await settled();
  const second = write('b');
  begun[0]?.end(new Error('no broker'));
  await first;
  await expect.poll(() => begun.length).toBe(2);
  begun[1]?.end();
  await second;
  expect(begun.map(({ values }) => values)).toEqual([['a'], ['b']]);
});

it('writes at once after a pause, and together what comes fast', async () => {
  const { begun, write } = appending();
  const write1 = write('a');
  await expect.poll(() => begun.length).toBe(1);
  begun[0]?.end();
  await write1;
  const others = [write('b')];
  await Promise.resolve();
  expect(begun).toHaveLength(1);
  others.push(write('c'));
  await expect.poll(() => begun.map(({ values }) => values)).toEqual([['a'], ['b', 'c']]);
  begun[1]?.end();
  await Promise.all(others);
});

it('writes nothing where there is nothing', async () => {
  const { begun, write } = appending();
  await write();
  expect(begun).toEqual([]);
});
