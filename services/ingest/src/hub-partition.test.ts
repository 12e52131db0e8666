import { setTimeout as sleep } from 'node:timers/promises';
import type { EventHubConsumerClient, SubscribeOptions, SubscriptionEventHandlers } from '@azure/event-hubs';
import type { Logger } from '@rollcall/service';
import { Seldom } from '@rollcall/service';
import { expect, it } from 'vitest';
import { HubPartition } from './hub-partition.ts';
import type { HubStore } from './hub-store.ts';
import { ReadAhead } from './read-ahead.ts';

/** Event Hubs opens a link and ends it a while later, each time: the emulator has no such fault. */
function endingLinks(after: number) {
  const subscribe = (_id: string, handlers: SubscriptionEventHandlers, options: SubscribeOptions) => {
    let isOpen = true;
    options.readAhead?.opened();
    void sleep(after).then(async () => {
      if (isOpen) await handlers.processError(new Error('the link was ended'), {} as never);
    });
    return {
      isRunning: isOpen,
      close: async () => {
        isOpen = false;
      },
    };
  };
  return { subscribe } as unknown as EventHubConsumerClient;
}

it('a link that is opened and ended again and again is not read', { timeout: 30_000 }, async () => {
  const silent = { info() {}, warn() {}, error() {} } as unknown as Logger;
  const partition = new HubPartition('0', {
    client: endingLinks(1_500),
    store: { readCheckpoint: async () => undefined } as unknown as HubStore,
    readAhead: new ReadAhead(67_108_864),
    checkpointInterval: 0,
    onBatch: async () => {},
    answeredAt: () => Date.now(),
    extentOf: async () => ({ life: undefined, lastSequenceNumber: -1, isEmpty: true }),
    events: { taken() {}, anotherLife() {}, lost() {} },
    logger: silent,
    seldom: new Seldom(),
  });
  partition.start();
  await expect.poll(() => partition.whyNotRead(Date.now()), { timeout: 10_000 }).toContain('the link was ended');
  const seen = new Set<string | undefined>();
  for (const end = Date.now() + 8_000; Date.now() < end; await sleep(50)) seen.add(partition.whyNotRead(Date.now()));
  expect([...seen]).toEqual([expect.stringContaining('the link was ended')]);
  await partition.close('given-up');
});
