import { expect, it, vi } from 'vitest';
import { BatchQueue, type StreamedBatch } from './batch-queue.ts';

const MEGABYTE = 1_048_576;

function batch(next: bigint, bytes = 1): StreamedBatch {
  const value = new Uint8Array(bytes);
  return { partition: 0, records: [{ partition: 0, offset: next - 1n, timestamp: 0, key: null, value, headers: {} }], next };
}

const alive = async () => {};
const take = (queue: BatchQueue) => queue.take(() => {});

/** Whether a promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => {
    settled = true;
  });
  await new Promise((resolve) => setTimeout(resolve));
  return settled;
}

it('takes some small batches ahead, and the next when one was taken', async () => {
  const queue = new BatchQueue();
  for (let n = 1n; n <= 8n; n++) await queue.add(batch(n), alive);
  const ninth = queue.add(batch(9n), alive);
  expect(await isSettled(ninth)).toBe(false);
  expect(await take(queue)).toMatchObject({ next: 1n });
  await ninth;
});

it('counts bytes too, but holds one batch however large', async () => {
  const queue = new BatchQueue();
  await queue.add(batch(1n, 20 * MEGABYTE), alive);
  const second = queue.add(batch(2n), alive);
  expect(await isSettled(second)).toBe(false);
  await take(queue);
  await second;
});

it('lets the group know that its member lives while there is no room, and learns from it that others wait', async () => {
  const queue = new BatchQueue();
  await queue.add(batch(1n, 20 * MEGABYTE), alive);
  const heartbeat = vi.fn(alive).mockResolvedValueOnce().mockRejectedValueOnce(new Error('rebalancing'));
  await expect(queue.add(batch(2n), heartbeat)).rejects.toThrow('rebalancing');
  expect(heartbeat).toHaveBeenCalledTimes(2);
});

it('gives what it holds before it says what it failed with', async () => {
  const queue = new BatchQueue();
  queue.put(batch(1n));
  queue.fail(new Error('gone'));
  expect(await take(queue)).toMatchObject({ next: 1n });
  await expect(take(queue)).rejects.toThrow('gone');
});

it('makes room when it is cleared, and ends when it is closed', async () => {
  const queue = new BatchQueue();
  await queue.add(batch(1n, 20 * MEGABYTE), alive);
  const second = queue.add(batch(2n), alive);
  queue.clear();
  await second;
  const next = take(queue);
  queue.close();
  expect(await next).toBeUndefined();
});
