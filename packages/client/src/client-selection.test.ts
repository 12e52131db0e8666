import { clientKey, partitionOf } from '@rollcall/schema';
import { expect, it } from 'vitest';
import { ClientSelection, type WhoseRecords } from './client-selection.ts';

const KEYS = [clientKey('ns', 'pump'), clientKey('ns', 'pump 2'), clientKey('ns/a', 'pump'), clientKey('ns2', 'pump')];
const selected = (whose: WhoseRecords) => {
  const selection = new ClientSelection(whose);
  return KEYS.filter((key) => selection.has(Buffer.from(key)));
};

it('is everybody, a namespace, or one client', () => {
  expect(selected({})).toEqual(KEYS);
  expect(selected({ namespace: 'ns' })).toEqual(KEYS.slice(0, 2));
  expect(selected({ namespace: 'ns/a' })).toEqual(KEYS.slice(2, 3));
  expect(selected({ namespace: 'ns', client: 'pump' })).toEqual(KEYS.slice(0, 1));
  expect(selected({ namespace: 'n' })).toEqual([]);
});

it('has no record without a key', () => {
  expect(new ClientSelection({}).has(null)).toBe(false);
});

it('looks for one client in its own partition only', () => {
  const partitions = new Map(Array.from({ length: 16 }, (_, partition) => [partition, partition]));
  expect([...new ClientSelection({ namespace: 'ns', client: 'pump' }).of(partitions).keys()]).toEqual([partitionOf('ns/pump', 16)]);
  expect(new ClientSelection({ namespace: 'ns' }).of(partitions)).toEqual(partitions);
});

it('takes no client without its namespace', () => {
  expect(() => new ClientSelection({ client: 'pump' })).toThrow('a client is named with its namespace');
});
