import { type EventPosition, earliestEventPosition, latestEventPosition, type ReceivedEventData } from '@azure/event-hubs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventsOf, receive, startTestHub, type TestHub } from './emulator.test-kit.ts';

/** Ten events, each enqueued at a time of its own; only the newest eight are retained. */
let hub: TestHub;
let events: ReceivedEventData[];
beforeAll(async () => {
  hub = await startTestHub({ partitions: 2, retainedEvents: 8 });
  for (let body = 0; body < 10; body++) {
    await hub.producer.sendBatch([{ body }], { partitionId: '0' });
    const sentAt = Date.now();
    await vi.waitUntil(() => Date.now() > sentAt, { interval: 1 });
  }
  events = await receive(hub.consumer(), { partitionId: '0', count: 8 });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function firstFrom(from: EventPosition): Promise<unknown> {
  const [event] = await receive(hub.consumer(), { partitionId: '0', from, count: 1 });
  return event?.body;
}

function event(body: number): ReceivedEventData {
  const found = events.find((candidate) => candidate.body === body);
  if (!found) throw new Error(`event ${body} was not received`);
  return found;
}

describe('a receiver begins', () => {
  it('with the oldest retained event at the earliest position', async () => {
    expect(events.map(({ body }) => body)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await firstFrom(earliestEventPosition)).toBe(2);
    expect(await hub.producer.getPartitionProperties('0')).toMatchObject({ beginningSequenceNumber: 2, lastEnqueuedSequenceNumber: 9 });
  });

  it('with the oldest retained event where its position is older', async () => {
    expect(await firstFrom({ sequenceNumber: 0 })).toBe(2);
    expect(await firstFrom({ offset: '0' })).toBe(2);
    expect(await firstFrom({ enqueuedOn: 0 })).toBe(2);
  });

  it('after or at an offset', async () => {
    expect(await firstFrom({ offset: event(5).offset })).toBe(6);
    expect(await firstFrom({ offset: event(5).offset, isInclusive: true })).toBe(5);
  });

  it('after or at a sequence number', async () => {
    expect(await firstFrom({ sequenceNumber: 5 })).toBe(6);
    expect(await firstFrom({ sequenceNumber: 5, isInclusive: true })).toBe(5);
  });

  it('after a time', async () => {
    expect(await firstFrom({ enqueuedOn: event(5).enqueuedTimeUtc })).toBe(6);
    expect(await firstFrom({ enqueuedOn: event(5).enqueuedTimeUtc.getTime() - 1 })).toBe(5);
  });

  it('with what comes after it at the latest position', async () => {
    await hub.producer.sendBatch([{ body: 'before' }], { partitionId: '1' });
    const arriving = eventsOf(hub.consumer(), { partitionId: '1', from: latestEventPosition });
    const first = arriving.next();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    while (!arrived) await hub.producer.sendBatch([{ body: 'after' }], { partitionId: '1' });
    expect((await first).value).toMatchObject({ body: 'after' });
    await arriving.return(undefined);
  });
});
