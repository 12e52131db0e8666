import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

describe('an address', () => {
  it.each([
    ['$cbs', { node: 'cbs' }],
    ['$management', { node: 'management' }],
    ['lifecycle', { node: 'hub', hub: 'lifecycle' }],
    ['lifecycle/Partitions/3', { node: 'partition', hub: 'lifecycle', partitionId: '3' }],
    [
      'lifecycle/ConsumerGroups/$Default/Partitions/0',
      { node: 'consumer-group-partition', hub: 'lifecycle', consumerGroup: '$Default', partitionId: '0' },
    ],
    ['/lifecycle', { node: 'hub', hub: 'lifecycle' }],
    ['amqps://127.0.0.1:5672/lifecycle/Partitions/3', { node: 'partition', hub: 'lifecycle', partitionId: '3' }],
  ])('%s names a node', (address, node) => {
    expect(parseAddress(address)).toEqual(node);
  });

  it.each([
    undefined,
    null,
    '',
    '$unknown',
    'lifecycle/',
    'lifecycle/Partitions',
    'lifecycle/Partitions/1/2',
    'lifecycle/ConsumerGroups/g',
    'lifecycle/ConsumerGroups/g/Partitions/',
    'lifecycle/ConsumerGroups/g/Partitions/0/1',
  ])('%s names nothing', (address) => {
    expect(parseAddress(address)).toBeUndefined();
  });
});
