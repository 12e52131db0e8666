import { describe, expect, it } from 'vitest';
import { eventually, numbered, reading } from './reading.test-kit.ts';

const REPLACED = 'the event hub is not the one of the checkpoint: reading from its earliest event';

/** A hub of which 500 events were read. */
async function readBefore(partitions = 1) {
  const test = await reading({ partitions });
  const reader = test.start();
  await test.hub.send(...numbered(0, 500));
  await eventually(() => expect(new Set(reader.read).size).toBe(500));
  return { ...test, reader };
}

describe('an event hub that was created anew, while its checkpoints stayed', () => {
  it.each([10, 600])('is read from its earliest event: all %i', async (count) => {
    const { hub, reader, start } = await readBefore();
    await eventually(async () => expect(await reader.checkpoint()).toMatchObject({ sequenceNumber: 499 }));
    await reader.stop();
    await hub.recreate();
    const sent = Array.from({ length: count }, (_, n) => `new ${n}`);
    await hub.send(...sent);
    const next = start();
    await eventually(() => expect(next.read).toEqual(sent));
    expect(next.said('error')).toEqual([REPLACED]);
    expect(next.counted).toEqual({ anotherLife: 1, lost: 0 });
    await eventually(async () => expect(await next.checkpoint()).toMatchObject({ sequenceNumber: count - 1 }));
    await next.stop();
    const last = start();
    await hub.send('one more');
    await eventually(() => expect(last.read).toEqual(['one more']));
    expect(last.said('error')).toEqual([]);
  });

  it.each([10, 600])('under a running reader is read whole, too: all %i', async (count) => {
    const { hub, reader } = await readBefore(2);
    reader.read.length = 0;
    await hub.recreate();
    const sent = Array.from({ length: count }, (_, n) => `new ${n}`);
    await hub.send(...sent);
    await eventually(() => expect(new Set(reader.read)).toEqual(new Set(sent)), 25_000);
    expect(reader.said('error')).toContain(REPLACED);
    expect(reader.counted.lost).toBe(0);
  });

  it('is known by its age where another program wrote the checkpoint, without the life of the hub', async () => {
    const { hub, storage, reader, start } = await readBefore();
    await reader.stop();
    await storage.forgetLife();
    await hub.recreate();
    await hub.send(...numbered(1_000, 600));
    const next = start();
    await eventually(() => expect(next.read).toEqual(numbered(1_000, 600)));
    expect(next.said('error')).toEqual([REPLACED]);
  });

  it('may have fewer partitions', async () => {
    const { hub, reader } = await readBefore(4);
    reader.read.length = 0;
    await hub.recreate({ over: { EVENTHUBS_PARTITIONS: '2' } });
    await hub.send(...numbered(1_000, 100));
    await eventually(() => {
      expect(new Set(reader.read)).toEqual(new Set(numbered(1_000, 100)));
      expect(
        reader.reader
          .partitions()
          .map(({ partitionId }) => partitionId)
          .sort(),
      ).toEqual(['0', '1']);
      expect(reader.isReading()).toBe(true);
    }, 25_000);
  });
});

it('a hub that was only away is the same hub: it is read on, and nothing is reported', async () => {
  const { hub, reader } = await readBefore();
  await hub.kill();
  await hub.start();
  await hub.send('later');
  await eventually(() => expect(reader.read).toContain('later'));
  expect(reader.said('error')).toEqual([]);
  expect(reader.read).toHaveLength(501);
});
