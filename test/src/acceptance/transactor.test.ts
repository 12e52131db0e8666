import { randomUUID } from 'node:crypto';
import { ensureTopics, type LogOptions, Offsets, Transactor } from '@rollcall/log';
import { expect, inject, it } from 'vitest';
import { eventually } from './rollcall-under-test.ts';

const { kafkaBrokers } = inject('stack');

it('moves the offset again and again where nothing is to be appended: a storm of duplicates', async () => {
  const log: LogOptions = {
    brokers: [kafkaBrokers],
    prefix: `transactor-${randomUUID()}`,
    clientId: 'transactor',
    retries: 5,
    logger: { debug: () => {} },
  };
  const { events: topic } = await ensureTopics(log, { partitions: 1, replicationFactor: 1 });
  const groupId = `group of ${log.prefix}`;
  const transactor = await Transactor.fence(log, log.prefix);
  for (let next = 1n; next <= 50n; next++) await transactor.commit({ groupId, topic, partition: 0, next });
  await transactor.close();
  const offsets = new Offsets(log);
  await eventually(async () => expect(await offsets.committed(groupId, topic, 0)).toBe(50n));
  await offsets.close();
});
