import { connected, disconnected, NOON_MS, record, replay } from '@rollcall/fold/testing';
import { ChainBroken } from '@rollcall/snapshots';
import { describe, expect, it, vi } from 'vitest';
import { GRACE, MemorySnapshots, partitionInMemory, textOf } from './partition.test-kit.ts';
import { HoleInLog } from './partition-owner.ts';

const LOST = new Error('the connection was lost');

describe('taking a partition over', () => {
  it('fences, then claims, and only then reads what is committed: nobody it replaced can move that any more', async () => {
    const { owner, journal, state } = partitionInMemory();
    Object.assign(state, { committed: 7n, watermark: 7n });
    await owner.takeOver();
    expect(journal).toEqual(['fence', 'claim', 'start', 'committed', 'seek 7']);
  });

  it.each([
    ['Redis was emptied', { watermark: undefined }],
    ['a restore was not finished', { watermark: 'restoring' }],
    ['Redis is ahead of the log', { watermark: 8n }],
    ['what Redis lacks is no longer kept', { watermark: 4n, start: 5n }],
  ] as const)('restores from the table where %s', async (_why, redis) => {
    const { owner, journal, state, snapshots } = partitionInMemory();
    Object.assign(state, { committed: 7n, ...redis });
    const [client] = replay([connected(1n)]).clients.values();
    if (client) state.table.push({ client });
    await owner.takeOver();
    expect(journal.slice(4)).toEqual(['wipe', 'states', 'apply 1', 'apply 0 up to 7', 'seek 7']);
    expect(snapshots.clients.get('myns/client1')).toBe(client);
  });

  it('catches Redis up with what was committed, and tells nothing of it again', async () => {
    const { owner, journal, state, snapshots } = partitionInMemory();
    state.events.push(record(0, connected(1n)), record(1, disconnected(1n, '12:00:05')), record(2, connected(2n, '12:01:00')));
    Object.assign(state, { committed: 2n, watermark: 0n });
    await owner.takeOver();
    expect(journal.slice(4)).toEqual(['events from 0 to 2', 'apply 1', 'apply 0 up to 2', 'seek 2']);
    expect(snapshots.clients.get('myns/client1')).toMatchObject({ offset: 1n, presence: { presence: 'offline' } });
    expect(state.derived).toEqual([]);
  });

  it('folds nothing twice while it catches up: a client may be further than the watermark', async () => {
    const { owner, state, snapshots } = partitionInMemory();
    const [ahead] = replay([connected(1n), disconnected(1n, '12:00:05')]).clients.values();
    if (ahead) snapshots.clients.set('myns/client1', ahead);
    state.events.push(record(0, connected(1n)), record(1, disconnected(1n, '12:00:05')));
    Object.assign(state, { committed: 2n, watermark: 0n });
    await owner.takeOver();
    expect(snapshots.clients.get('myns/client1')).toBe(ahead);
  });

  it('says loudly that the log was cut before it was read, and goes on with what is kept', async () => {
    const { owner, journal, state, said } = partitionInMemory();
    Object.assign(state, { committed: 3n, start: 10n, watermark: 3n });
    await owner.takeOver();
    expect(said).toContain('events are lost: the log was cut before they were read');
    expect(journal.at(-1)).toBe('seek 10');
    await owner.cycle([record(10, connected(1n))]);
    expect(state.committed).toBe(11n);
  });

  it.each(['committed', 'claim'] as const)('gives back what it fenced with where %s fails', async (step) => {
    const { owner, journal, state } = partitionInMemory();
    state.failures.set(step, LOST);
    await expect(owner.takeOver()).rejects.toBe(LOST);
    expect(journal.at(-1)).toBe('close');
    expect(owner.snapshots).toBeUndefined();
  });
});

describe('a generation beside the active one', () => {
  it('is made whole like the active one, and before it', async () => {
    const { owner, journal, state } = partitionInMemory();
    state.events.push(record(0, connected(1n)), record(1, disconnected(1n, '12:00:05')));
    const snapshots = new MemorySnapshots(journal, 'beside: ');
    Object.assign(state, { committed: 2n, watermark: 2n, beside: { snapshots, watermark: 1n } });
    await owner.takeOver();
    expect(journal.slice(4)).toEqual(['events from 1 to 2', 'beside: apply 1', 'beside: apply 0 up to 2', 'seek 2']);
  });

  it('is written before it, with each batch, as it itself stands', async () => {
    const { owner, journal, state, snapshots: active } = partitionInMemory();
    const snapshots = new MemorySnapshots(journal, 'beside: ');
    const [known] = replay([connected(1n), disconnected(1n, '12:00:05')]).clients.values();
    if (known) active.clients.set('myns/client1', known);
    Object.assign(state, { committed: 2n, watermark: 2n, beside: { snapshots, watermark: 2n } });
    await owner.takeOver();
    journal.length = 0;
    await owner.cycle([record(2, connected(2n, '12:01:00'))]);
    expect(journal).toEqual(['commit up to 3', 'beside: apply 1 up to 3', 'apply 1 up to 3']);
    expect(snapshots.clients.get('myns/client1')?.sessions[0]?.memory.latestDisconnected).toBeUndefined();
    expect(active.clients.get('myns/client1')?.sessions[0]?.memory.latestDisconnected).toBeDefined();
  });

  it('puts the partition in doubt where its chain is broken', async () => {
    const { owner, journal, state } = partitionInMemory();
    const snapshots = new MemorySnapshots(journal, 'beside: ');
    Object.assign(state, { watermark: 0n, beside: { snapshots, watermark: 0n } });
    await owner.takeOver();
    snapshots.chainBroken = true;
    await expect(owner.check()).rejects.toThrow(ChainBroken);
    await expect(owner.cycle([record(0, connected(1n))])).rejects.toThrow(ChainBroken);
  });
});

describe('a generation that became the active one', () => {
  it('is published to the table, in transactions of the owner that leave the offset where it is, once', async () => {
    const { owner, journal, state, snapshots } = partitionInMemory();
    const [known] = replay([connected(1n)]).clients.values();
    if (known) snapshots.clients.set('myns/client1', known);
    snapshots.toPublish = true;
    Object.assign(state, { committed: 7n, watermark: 7n });
    await owner.takeOver();
    expect(journal.slice(4)).toEqual(['commit up to 7', 'published', 'seek 7']);
    expect(state.derived.map(({ topic, key }) => [topic, key])).toEqual([['rollcall.state', 'myns/client1']]);
    await owner.takeOver();
    expect(state.derived).toHaveLength(1);
  });

  it('is published again where that was interrupted', async () => {
    const { owner, state, snapshots } = partitionInMemory();
    const [known] = replay([connected(1n)]).clients.values();
    if (known) snapshots.clients.set('myns/client1', known);
    snapshots.toPublish = true;
    Object.assign(state, { committed: 7n, watermark: 7n });
    state.failures.set('commit', LOST);
    await expect(owner.takeOver()).rejects.toBe(LOST);
    await owner.takeOver();
    expect(state.derived).toHaveLength(1);
  });
});

describe('a cycle', () => {
  async function owning(expected = 0n) {
    const partition = partitionInMemory();
    Object.assign(partition.state, { committed: expected, watermark: expected });
    await partition.owner.takeOver();
    partition.journal.length = 0;
    return partition;
  }

  it('commits first and applies second, with the watermark', async () => {
    const { owner, journal, snapshots } = await owning();
    await owner.cycle([record(0, connected(1n)), record(1, disconnected(1n, '12:00:05'), { timestamp: NOON_MS + 5_000 })]);
    expect(journal).toEqual(['commit up to 2', 'apply 1 up to 2']);
    expect(snapshots.deadlines.get('myns/client1')).toBe(NOON_MS + 5_000 + GRACE);
  });

  it('applies nothing where the commit failed: whether it happened is not known', async () => {
    const { owner, journal, state, snapshots } = await owning();
    state.failures.set('commit', LOST);
    await expect(owner.cycle([record(0, connected(1n))])).rejects.toBe(LOST);
    expect(journal).toEqual(['commit up to 1']);
    expect(snapshots.clients.size).toBe(0);
  });

  it('commits nothing on top of a Redis that is not as it was left', async () => {
    const { owner, journal, snapshots } = await owning();
    snapshots.chainBroken = true;
    await expect(owner.cycle([record(0, connected(1n))])).rejects.toThrow(ChainBroken);
    expect(journal).toEqual([]);
  });

  it('drops what is older than expected, and takes the rest', async () => {
    const { owner, state, journal } = await owning(5n);
    expect(await owner.cycle([record(3, connected(1n)), record(4, connected(2n))])).toBe(false);
    expect(journal).toEqual([]);
    await owner.cycle([record(4, connected(2n)), record(5, connected(3n))]);
    expect(journal).toEqual(['commit up to 6', 'apply 1 up to 6']);
    const offsets = state.derived.map((one) => JSON.parse(textOf(one)).position.offset);
    expect(new Set(offsets)).toEqual(new Set(['5']));
  });

  it('doubts a hole in the log, and does nothing about it', async () => {
    const { owner, journal } = await owning(5n);
    await expect(owner.cycle([record(7, connected(1n))])).rejects.toThrow(HoleInLog);
    expect(journal).toEqual([]);
  });

  it('goes on where the batch before it ended', async () => {
    const { owner, journal } = await owning();
    await owner.cycle([record(0, connected(1n)), record(1, connected(2n, '12:01:00'))]);
    await owner.cycle([record(1, connected(2n, '12:01:00')), record(2, connected(3n, '12:02:00'))]);
    expect(journal).toEqual(['commit up to 2', 'apply 1 up to 2', 'commit up to 3', 'apply 1 up to 3']);
  });

  it('does nothing before a take-over nor after leaving', async () => {
    const { owner, journal } = await owning();
    await owner.leave();
    expect(await owner.cycle([record(0, connected(1n))])).toBe(false);
    expect(await partitionInMemory().owner.cycle([record(0, connected(1n))])).toBe(false);
    expect(journal).toEqual(['close']);
  });

  describe('while a backlog is worked off', () => {
    const MINUTE_AGO = Date.now() - 60_000;
    const old = (offset: number, ...event: Parameters<typeof connected>) => record(offset, connected(...event), { timestamp: MINUTE_AGO });

    it('covers many batches by one transaction: each change, and what they are about once', async () => {
      const { owner, journal, state, snapshots } = await owning();
      await owner.cycle([old(0, 1n)], 2);
      await owner.cycle([old(1, 2n, '12:01:00')], 1);
      expect(journal).toEqual([]);
      await owner.cycle([old(2, 3n, '12:02:00')], 0);
      expect(journal).toEqual(['commit up to 3', 'apply 3 up to 3']);
      const derived = state.derived.map((one) => [one.topic, JSON.parse(textOf(one)).position.offset]);
      expect(derived).toEqual([
        ['rollcall.changes', '0'],
        ['rollcall.changes', '1'],
        ['rollcall.changes', '2'],
        ['rollcall.state', '2'],
      ]);
      expect(snapshots.clients.get('myns/client1')?.offset).toBe(2n);
    });

    it('folds on from what it folded, not from what Redis still has', async () => {
      const { owner, state } = await owning();
      await owner.cycle([old(0, 1n)], 1);
      await owner.cycle([old(1, 1n)], 0);
      expect(state.derived.map(({ topic }) => topic)).toEqual(['rollcall.changes', 'rollcall.state']);
    });

    it('waits no longer than a quarter of what the events are late', async () => {
      const { owner, journal } = await owning();
      await owner.cycle([record(0, connected(1n), { timestamp: Date.now() + 1 })], 1);
      expect(journal).toEqual(['commit up to 1', 'apply 1 up to 1']);
    });

    it.each([
      ['staged', 'snapshots'],
      ['to be appended', 'transactions'],
    ] as const)('does not wait when memory is full of what is %s', async (_what, full) => {
      const partition = await owning();
      partition[full].isFull = true;
      await partition.owner.cycle([old(0, 1n)], 1);
      expect(partition.journal).toEqual(['commit up to 1', 'apply 1 up to 1']);
    });

    it('waits no longer where no more comes, though more was announced', async () => {
      const { owner, journal } = await owning();
      const clock = vi.spyOn(performance, 'now');
      try {
        await owner.cycle([old(0, 1n)], 1);
        await owner.check();
        expect(journal).toEqual([]);
        clock.mockReturnValue(performance.now() + 10_001);
        await owner.check();
        expect(journal).toEqual(['commit up to 1', 'apply 1 up to 1']);
        await owner.check();
        expect(journal).toHaveLength(2);
      } finally {
        clock.mockRestore();
      }
    });

    it('does not wait beside another generation: the two are compared', async () => {
      const { owner, journal, state } = partitionInMemory();
      Object.assign(state, { watermark: 0n, beside: { snapshots: new MemorySnapshots(journal, 'beside: '), watermark: 0n } });
      await owner.takeOver();
      journal.length = 0;
      await owner.cycle([old(0, 1n)], 1);
      expect(journal).toEqual(['commit up to 1', 'beside: apply 1 up to 1', 'apply 1 up to 1']);
    });

    it('counts what became of the events when they are committed', async () => {
      const { owner, metrics } = await owning();
      const counted = async () => {
        const found = await Promise.all(
          ['events', 'changes'].map((name) => metrics.registry.getSingleMetric(`rollcall_projector_${name}_total`)?.get()),
        );
        return found.map((metric) => metric?.values[0]?.value);
      };
      await owner.cycle([old(0, 1n)], 1);
      expect(await counted()).toEqual([0, 0]);
      await owner.cycle([old(1, 1n)], 0);
      expect(await counted()).toEqual([2, 1]);
    });

    it('leaves nothing of what was not committed to a successor', async () => {
      const { owner, journal, state, snapshots } = await owning();
      state.watermark = 0n;
      await owner.cycle([old(0, 1n)], 1);
      await owner.leave();
      snapshots.staged.length = 0;
      journal.length = 0;
      await owner.takeOver();
      expect(journal.slice(4)).toEqual(['seek 0']);
      await owner.cycle([old(0, 1n)], 0);
      expect(state.derived.map(({ topic }) => topic)).toEqual(['rollcall.changes', 'rollcall.state']);
    });
  });
});
