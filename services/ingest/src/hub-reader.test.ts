import type { HubMessage } from '@rollcall/log';
import type { Logger } from '@rollcall/service';
import { expect, it, onTestFinished, vi } from 'vitest';
import { MemoryCheckpoints, startHub } from './hub.test-kit.ts';
import { readHub } from './hub-reader.ts';

const HOUR = 3_600_000;

/** A hub, and a reader that hands its batches to `onBatch`. */
async function reading(retainedEvents = 1_000) {
  const hub = await startHub(retainedEvents);
  onTestFinished(() => hub.stop());
  const checkpoints = new MemoryCheckpoints();
  const errors: object[] = [];
  const logger = { info() {}, warn() {}, error: (fields: object) => errors.push(fields) } as unknown as Logger;

  /** Reads until stopped; `read` is what was handed over, in order. */
  function start(onBatch: (bodies: readonly string[]) => Promise<void>, checkpointInterval = 0) {
    const stop = new AbortController();
    const read: string[] = [];
    const ended = readHub(
      {
        client: hub.consumer(checkpoints),
        checkpoints,
        checkpointInterval,
        logger,
        onBatch: (messages: readonly HubMessage[]) => {
          const bodies = messages.map(({ body }) => Buffer.from(body).toString());
          read.push(...bodies);
          return onBatch(bodies);
        },
      },
      stop.signal,
    );
    onTestFinished(async () => {
      stop.abort();
      await ended;
    });
    return { read, ended, stop: () => stop.abort() };
  }
  return { hub, checkpoints, errors, start };
}
const eventually = (expectation: () => void) => vi.waitFor(expectation, { timeout: 10_000, interval: 20 });
const checkpointed = ({ written }: MemoryCheckpoints) => written.map(({ sequenceNumber }) => sequenceNumber);

it('moves the checkpoint only after everything in a batch is safe, also when it is told to stop meanwhile', async () => {
  const { hub, checkpoints, start } = await reading();
  const safe = Promise.withResolvers<void>();
  await hub.send('a', 'b', 'c');
  const reader = start(() => safe.promise);
  await eventually(() => expect(reader.read.length).toBeGreaterThan(0));
  reader.stop();
  expect(checkpoints.written).toEqual([]);
  safe.resolve();
  await reader.ended;
  expect(checkpointed(checkpoints)).toEqual([reader.read.length - 1]);
}, 20_000);

it('does not move the checkpoint when a batch is not safe, and reads it again next time', async () => {
  const { hub, checkpoints, start } = await reading();
  await hub.send('a', 'b');
  const failing = start(() => Promise.reject(new Error('stopped before Kafka had it')));
  await eventually(() => expect(failing.read.length).toBeGreaterThan(0));
  failing.stop();
  await failing.ended;
  expect(checkpoints.written).toEqual([]);
  const next = start(async () => {});
  await eventually(() => expect(next.read).toEqual(['a', 'b']));
}, 20_000);

it('goes on after the checkpoint, and writes no more of them than it must', async () => {
  const { hub, checkpoints, start } = await reading();
  const reader = start(async () => {}, HOUR);
  const sent = Array.from({ length: 20 }, (_, at) => `event ${at}`);
  for (const [at, event] of sent.entries()) {
    await hub.send(event);
    await eventually(() => expect(reader.read).toHaveLength(at + 1));
  }
  expect(reader.read).toEqual(sent);
  // When nothing comes, the last one is written though its time has not come.
  await eventually(() => expect(checkpointed(checkpoints).at(-1)).toBe(19));
  expect(checkpoints.written.length).toBeLessThan(20);
  reader.stop();
  await reader.ended;
  await hub.send('later');
  const next = start(async () => {});
  await eventually(() => expect(next.read).toEqual(['later']));
}, 30_000);

it('says loudly which events Event Hubs dropped before they were read', async () => {
  const { hub, errors, start } = await reading(5);
  await hub.send('first');
  const reader = start(async () => {});
  await eventually(() => expect(reader.read).toEqual(['first']));
  reader.stop();
  await reader.ended;
  for (let at = 0; at < 20; at++) await hub.send(`missed ${at}`);
  const next = start(async () => {});
  await eventually(() => expect(next.read.at(-1)).toBe('missed 19'));
  const kept = next.read.length;
  expect(kept).toBeLessThan(20);
  expect(errors).toEqual([{ partition: '0', after: 0, before: 21 - kept }]);
}, 30_000);
