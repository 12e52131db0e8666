import { describe, expect, it } from 'vitest';
import { eventually, numbered, reading } from './reading.test-kit.ts';

const HOUR = 3_600_000;

describe('checkpoints', () => {
  it('move only after everything in a batch is safe, also when the reader is told to stop meanwhile', async () => {
    const { hub, start } = await reading();
    const safe = Promise.withResolvers<void>();
    await hub.send('a', 'b', 'c');
    const reader = start({ onBatch: () => safe.promise });
    await eventually(() => expect(reader.read.length).toBeGreaterThan(0));
    reader.tellToStop();
    expect(await reader.checkpoint()).toBeUndefined();
    safe.resolve();
    await reader.ended;
    expect(await reader.checkpoint()).toMatchObject({ sequenceNumber: reader.read.length - 1 });
  });

  it('do not move when a batch is not safe: it is read again, by the same reader and by the next one', async () => {
    const { hub, start } = await reading();
    await hub.send('a', 'b');
    const reader = start({ onBatch: () => Promise.reject(new Error('not safe')) });
    await eventually(() => expect(reader.read.slice(0, 6)).toEqual(['a', 'b', 'a', 'b', 'a', 'b']));
    expect(reader.reader.obstacles()).toEqual(['cannot read partition 0 of lifecycle in consumer group $Default: not safe']);
    await reader.stop();
    expect(await reader.checkpoint()).toBeUndefined();
    const next = start();
    await eventually(() => expect(next.read).toEqual(['a', 'b']));
  });

  it('are where the next reader goes on, and no more are written than must be', async () => {
    const { hub, start } = await reading();
    const reader = start({ checkpointInterval: HOUR });
    await hub.send(...numbered(0, 20));
    await eventually(() => expect(reader.read).toEqual(numbered(0, 20)));
    await reader.stop();
    expect(await reader.checkpoint()).toMatchObject({ sequenceNumber: 19 });
    await hub.send('later');
    const next = start();
    await eventually(() => expect(next.read).toEqual(['later']));
  });
});

describe('no event is discarded', () => {
  it('reads all 100 events though reading the checkpoints failed once while a partition was initialised', async () => {
    const { hub, storage, start } = await reading({ partitions: 4 });
    await hub.send(...numbered(0, 100));
    let asked = 0;
    storage.proxy.fault = ({ method, url = '' }) => {
      if (method !== 'HEAD' || !url.includes('/checkpoint/')) return undefined;
      return ++asked === 2 ? { status: 403, code: 'AuthorizationFailure' } : undefined;
    };
    const reader = start();
    await eventually(() => expect(new Set(reader.read)).toEqual(new Set(numbered(0, 100))));
    expect(asked).toBeGreaterThan(2);
  });

  it('reads all though every request of the storage fails now and then', async () => {
    const { hub, storage, start } = await reading({ partitions: 2 });
    await hub.send(...numbered(0, 100));
    let asked = 0;
    storage.proxy.fault = () => (++asked % 3 === 0 ? { status: 503, code: 'ServerBusy' } : undefined);
    const reader = start();
    await eventually(() => expect(new Set(reader.read)).toEqual(new Set(numbered(0, 100))));
    await hub.send(...numbered(100, 100));
    await eventually(() => expect(new Set(reader.read)).toEqual(new Set(numbered(0, 200))));
  });

  it('says which events Event Hubs dropped before they were read, once that is proven', async () => {
    const { hub, start } = await reading({ retainedEvents: 5 });
    await hub.send('first');
    const reader = start();
    await eventually(async () => expect(await reader.checkpoint()).toMatchObject({ sequenceNumber: 0 }));
    await reader.stop();
    for (let at = 0; at < 20; at++) await hub.send(`missed ${at}`);
    const next = start();
    await eventually(() => expect(next.read.at(-1)).toBe('missed 19'));
    const kept = next.read.length;
    expect(kept).toBeLessThan(20);
    await eventually(() => expect(next.logged.filter(({ level }) => level === 'error')).toHaveLength(1));
    expect(next.logged.find(({ level }) => level === 'error')?.fields).toEqual({ partition: '0', after: 0, before: 21 - kept });
    expect(next.counted.lost).toBe(20 - kept);
  });
});

describe('partitions that move', () => {
  it('leave a checkpoint that never falls, whatever the former owner still has in hand', async () => {
    const { hub, start } = await reading();
    const hung = Promise.withResolvers<void>();
    const former = start({ onBatch: (bodies) => (bodies.includes('event 10') ? hung.promise : Promise.resolve()) });
    await hub.send(...numbered(0, 10));
    await eventually(async () => expect(await former.checkpoint()).toMatchObject({ sequenceNumber: 9 }));
    await hub.send('event 10');
    await eventually(() => expect(former.read).toContain('event 10'));
    const heir = start();
    await former.loseTo(heir);
    await eventually(() => expect(heir.read).toContain('event 10'), 30_000);
    await hub.send(...numbered(11, 200));
    await eventually(async () => expect(await heir.checkpoint()).toMatchObject({ sequenceNumber: 210 }));
    hung.resolve();
    await former.stop();
    expect(await heir.checkpoint()).toMatchObject({ sequenceNumber: 210 });
    expect([former.said('error'), heir.said('error')]).toEqual([[], []]);
    expect(former.counted.lost + heir.counted.lost).toBe(0);
  });

  it('are shared by two readers, and all is read once both have settled', async () => {
    const { hub, start } = await reading({ partitions: 4 });
    const first = start();
    await eventually(() => expect(first.reader.partitions()).toHaveLength(4));
    const second = start();
    await eventually(() => {
      expect(first.reader.partitions()).toHaveLength(2);
      expect(second.isReading()).toBe(true);
      expect(second.reader.partitions()).toHaveLength(2);
    });
    await hub.send(...numbered(0, 200));
    await eventually(() => expect(new Set([...first.read, ...second.read])).toEqual(new Set(numbered(0, 200))));
    expect(first.said('warn').filter((text) => text.includes('another consumer'))).toEqual([]);
  });
});
