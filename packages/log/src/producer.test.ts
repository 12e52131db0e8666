import { expect, it } from 'vitest';
import { sequenceAfter } from './producer.ts';

it('numbers records through all of int32, and goes on with 0: what Kafka expects after 2^31 - 1', () => {
  expect(sequenceAfter(0, 5)).toBe(5);
  expect(sequenceAfter(2 ** 31 - 2, 1)).toBe(2 ** 31 - 1);
  expect(sequenceAfter(2 ** 31 - 2, 2)).toBe(0);
  expect(sequenceAfter(2 ** 31 - 2, 5)).toBe(3);
});
