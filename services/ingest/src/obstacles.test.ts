import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { eventually, numbered, reading } from './reading.test-kit.ts';

const WITHIN = 30_000;

describe('what keeps ingest from reading is told within 30 s', () => {
  it('the event hub does not exist, until it does', async () => {
    const { hub, start } = await reading();
    const { reader } = start({ hub: 'nope' });
    const line = /^cannot ask Event Hubs for the event hub nope: there is no such event hub or consumer group: /;
    await eventually(() => expect(reader.obstacles()).toEqual([expect.stringMatching(line)]), WITHIN);
    await hub.kill();
    await hub.start({ EVENTHUBS_NAME: 'nope' });
    await eventually(() => expect(reader.obstacles()).toEqual([]), WITHIN);
  }, 70_000);

  it('the consumer group does not exist', async () => {
    const { start } = await reading({ partitions: 2 });
    const { reader } = start({ group: 'nope' });
    const line = /^cannot read partitions 0, 1 of lifecycle in consumer group nope: there is no such event hub or consumer group: /;
    await eventually(() => expect(reader.obstacles()).toEqual([expect.stringMatching(line)]), WITHIN);
  });

  it('the key is wrong', async () => {
    const { start } = await reading({ env: { EVENTHUBS_KEY: 'another key' } });
    const { reader, said } = start();
    const line = /^cannot ask Event Hubs for the event hub lifecycle: Event Hubs refuses the key or the identity/;
    await eventually(() => expect(reader.obstacles()).toEqual([expect.stringMatching(line)]), WITHIN);
    expect(said('warn')).toEqual(['cannot ask Event Hubs']);
  });

  it('nobody listens', async () => {
    const { hub, start } = await reading();
    await hub.kill();
    const { reader, logged } = start();
    await eventually(() => expect(reader.obstacles()).toEqual([expect.stringContaining('nobody answers: connect ECONNREFUSED')]), WITHIN);
    expect(logged.find(({ level }) => level === 'warn')?.fields).toEqual({ error: expect.stringContaining('ECONNREFUSED') });
  });

  it('the hub dies under a running reader, and is read on afterwards', async () => {
    const { hub, start } = await reading();
    await hub.send('before');
    const { reader, read, isReading } = start();
    await eventually(() => expect(read).toEqual(['before']));
    await hub.kill();
    await eventually(() => expect(reader.obstacles().join()).toContain('cannot ask Event Hubs for the event hub lifecycle: '), WITHIN);
    await hub.start();
    await hub.send('after');
    await eventually(() => {
      expect(read).toEqual(['before', 'after']);
      expect(isReading()).toBe(true);
    }, WITHIN);
  }, 70_000);

  it('an idle partition counts as asked with each empty receive, and knows when its last event had come', async () => {
    const { hub, start } = await reading();
    const { reader } = start();
    const before = Date.now();
    await hub.send('a');
    await eventually(() => expect(reader.partitions()[0]?.lastEventAt).toBeGreaterThanOrEqual(before - 1_000));
    await eventually(() => expect(reader.partitions()[0]?.receivedAt).toBeDefined());
    const first = reader.partitions()[0]?.receivedAt ?? 0;
    await eventually(() => expect(reader.partitions()[0]?.receivedAt).toBeGreaterThan(first + 4_000));
    expect(reader.obstacles()).toEqual([]);
  });
});

describe('the storage of the checkpoints', () => {
  it.each([
    ['answers 503', { status: 503, code: 'ServerBusy' }, 'the storage is busy'],
    ['answers 403', { status: 403, code: 'AuthorizationFailure' }, 'the storage refuses access'],
  ])(
    '%s: events are read on without a pause, /readyz says so, and the checkpoints follow',
    async (_, fault, says) => {
      const { hub, storage, start } = await reading();
      const { reader, read, checkpoint, said } = start();
      await hub.send('before');
      await eventually(() => expect(read).toEqual(['before']));
      storage.proxy.fault = () => fault;
      for (let n = 0; n < 10; n++) {
        await hub.send(`during ${n}`);
        await eventually(() => expect(read.at(-1)).toBe(`during ${n}`), 5_000);
      }
      await eventually(() => {
        expect(reader.obstacles()).toEqual([
          expect.stringContaining(`cannot read and renew the claims of partitions in the checkpoint container: ${says}`),
          expect.stringContaining(`cannot write checkpoints of partition 0: ${says}`),
        ]);
      }, WITHIN);
      storage.proxy.fault = () => undefined;
      await eventually(() => expect(reader.obstacles()).toEqual([]), 20_000);
      await eventually(async () => expect(await checkpoint()).toMatchObject({ sequenceNumber: 10 }));
      expect(said('warn').filter((text) => text === 'cannot write a checkpoint').length).toBeLessThanOrEqual(2);
    },
    80_000,
  );

  it('refuses one claim: the other partitions are read, and /readyz says why one is not', async () => {
    const { hub, storage, start } = await reading({ partitions: 4 });
    storage.proxy.fault = ({ method, url = '' }) =>
      method === 'PUT' && url.includes('/ownership/2') ? { status: 403, code: 'AuthorizationPermissionMismatch' } : undefined;
    await hub.send(...numbered(0, 40));
    const { reader } = start();
    await eventually(() =>
      expect(
        reader
          .partitions()
          .map(({ partitionId }) => partitionId)
          .sort(),
      ).toEqual(['0', '1', '3']),
    );
    const line = 'cannot read and renew the claims of partitions in the checkpoint container: the storage refuses access';
    await eventually(() => expect(reader.obstacles()).toEqual([expect.stringContaining(line)]), WITHIN);
    storage.proxy.fault = () => undefined;
    await eventually(() => {
      expect(reader.partitions()).toHaveLength(4);
      expect(reader.obstacles()).toEqual([]);
    }, WITHIN);
  }, 70_000);

  it('has a lease on a checkpoint: that is told, and asked seldom', async () => {
    const { hub, storage, start } = await reading();
    const { read, reader, checkpoint } = start();
    await hub.send('a');
    await eventually(async () => expect(await checkpoint()).toMatchObject({ sequenceNumber: 0 }));
    const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('checkpoints');
    let name = '';
    for await (const blob of container.listBlobsFlat()) if (blob.name.includes('/checkpoint/')) name = blob.name;
    const lease = container.getBlobClient(name).getBlobLeaseClient();
    await lease.acquireLease(-1);
    let puts = 0;
    storage.proxy.fault = ({ method, url = '' }) => {
      if (method === 'PUT' && url.includes('/checkpoint/')) puts++;
      return undefined;
    };
    await hub.send('b');
    await eventually(() => expect(read).toEqual(['a', 'b']));
    await eventually(() => expect(reader.obstacles().join()).toMatch(/cannot write checkpoints of partition 0: .*lease/i), WITHIN);
    expect(puts).toBeLessThan(20);
    await lease.releaseLease();
    await eventually(async () => expect(await checkpoint()).toMatchObject({ sequenceNumber: 1 }));
    await eventually(() => expect(reader.obstacles()).toEqual([]));
  }, 70_000);

  it('is waited for at the start, and the container is created', async () => {
    const { hub, storage, start } = await reading();
    await hub.send(...numbered(0, 10));
    storage.proxy.fault = () => ({ status: 503, code: 'ServerBusy' });
    const { reader, read } = start();
    await eventually(() => expect(reader.obstacles().join()).toContain('the storage is busy'));
    storage.proxy.fault = () => undefined;
    await eventually(() => expect(read).toEqual(numbered(0, 10)));
    expect(reader.obstacles()).toEqual([]);
  });

  it('has another clock: a warning, and nothing else', async () => {
    const { hub, storage, start } = await reading();
    storage.proxy.date = (date) => new Date(Date.parse(date) + 120_000).toUTCString();
    await hub.send('a');
    const { reader, read, logged } = start();
    await eventually(() => expect(read).toEqual(['a']));
    expect(Math.round(reader.clockOffset / 10_000)).toBe(12);
    expect(logged.filter(({ text }) => text.includes('clock'))).toHaveLength(1);
  });
});

it('two readers with one consumer group and two containers are told that they take the partitions from each other', async () => {
  const { hub, start } = await reading({ partitions: 2 });
  const [a, b] = [start({ container: 'container-a' }), start({ container: 'container-b' })];
  await hub.send(...numbered(0, 10));
  for (const { reader } of [a, b]) {
    await eventually(() =>
      expect(reader.obstacles().join('\n')).toContain('another consumer of group $Default keeps taking the partitions'),
    );
  }
  for (const { said } of [a, b]) expect(said('warn').join('\n')).toContain('another consumer of this group keeps taking the partitions');
  expect(new Set([...a.read, ...b.read])).toEqual(new Set(numbered(0, 10)));
});
