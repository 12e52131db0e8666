import { describe, expect, it } from 'vitest';
import { parseSelector } from './selector.ts';

describe('a selector', () => {
  it.each([
    ["amqp.annotation.x-opt-offset > '-1'", { from: 'offset', value: -1, inclusive: false }],
    ["amqp.annotation.x-opt-offset >= '4096'", { from: 'offset', value: 4096, inclusive: true }],
    ["amqp.annotation.x-opt-sequence-number > '7'", { from: 'sequenceNumber', value: 7, inclusive: false }],
    ['amqp.annotation.x-opt-sequence-number >=7', { from: 'sequenceNumber', value: 7, inclusive: true }],
    ["amqp.annotation.x-opt-enqueued-time > '1795395723456'", { from: 'enqueuedAt', value: 1_795_395_723_456, inclusive: false }],
    ["amqp.annotation.x-opt-offset > '@latest'", { from: 'latest' }],
  ])('%s says where to begin', (selector, start) => {
    expect(parseSelector(selector)).toEqual(start);
  });

  it('that is missing means the oldest event', () => {
    expect(parseSelector(undefined)).toEqual({ from: 'sequenceNumber', value: -1, inclusive: false });
  });

  it.each(['', "amqp.annotation.x-opt-offset < '5'", "amqp.annotation.x-opt-offset > 'soon'", "amqp.annotation.x-opt-partition-key > '1'"])(
    '%s is refused',
    (selector) => {
      expect(parseSelector(selector)).toBeUndefined();
    },
  );
});
