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
const settled = () => new Promise((resolve) => setImmediate(resolve));

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
  await settled();
  expect(begun.map(({ values }) => values)).toEqual([['a'], ['b', 'c', 'd']]);
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
  await settled();
  begun[1]?.end();
  await second;
  expect(begun.map(({ values }) => values)).toEqual([['a'], ['b']]);
});

it('writes nothing where there is nothing', async () => {
  const { begun, write } = appending();
  await write();
  expect(begun).toEqual([]);
});
