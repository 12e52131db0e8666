import { expect, it } from 'vitest';
import { describeError } from './describe-error.ts';

it('names the errors inside an AggregateError that has no message', () => {
  const inner = [new Error('connect ECONNREFUSED ::1:5671'), new Error('connect ECONNREFUSED 127.0.0.1:5671')];
  expect(describeError(new AggregateError(inner))).toBe('connect ECONNREFUSED ::1:5671: connect ECONNREFUSED 127.0.0.1:5671');
});

it('says a text once, however often it was tried', () => {
  expect(describeError(new AggregateError([new Error('no such hub'), new Error('no such hub')]))).toBe('no such hub');
});

it('names causes, unless the message has them already', () => {
  expect(describeError(new Error('cannot write', { cause: new Error('disk full') }))).toBe('cannot write: disk full');
  expect(describeError(new Error('cannot write: disk full', { cause: new Error('disk full') }))).toBe('cannot write: disk full');
});

it('falls back to the code or the name of an error without a message', () => {
  expect(describeError(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(describeError(new RangeError())).toBe('RangeError');
});

it('is one line, and shows no signature', () => {
  const error = new Error('refused https://a/b?sv=1&sig=geheim&se=2\nRequestId:1234\nTime:2026');
  expect(describeError(error)).toBe('refused https://a/b?sv=1&sig=…&se=2');
});

it('ends, whatever it is given', () => {
  const loop = new Error('a loop');
  loop.cause = loop;
  expect(describeError(loop)).toBe('a loop');
  expect(describeError('text')).toBe('text');
  expect(describeError(undefined)).toBe('');
  expect(describeError(new Error('x'.repeat(1_000)))).toHaveLength(301);
});
