import { setTimeout as sleep } from 'node:timers/promises';
import type { StartedStack } from '@rollcall/local';
import { EventHubSender } from './event-hub-sender.ts';
import type { LogOfEvents } from './log-of-events.ts';
import { SessionEvents } from './session-events.ts';

/** Enough for some to come into each partition of the hub. */
export const PATHFINDERS = 64;

/** ingest says that it is ready before it has claimed the hub's partitions, one after the other. This sends an event of each of 64 clients, from
 *  `firstClient` on, and resolves when they have come to the log. */
export async function untilIngestReads(stack: StartedStack, log: LogOfEvents, firstClient: number): Promise<void> {
  const before = await log.count();
  const clients = Array.from({ length: PATHFINDERS }, (_, n) => firstClient + n);
  const sender = new EventHubSender(stack.eventHubsConnectionString);
  await sender.append([...new SessionEvents(1).of(clients)]);
  await sender.close();
  while ((await log.count()) < before + PATHFINDERS) await sleep(100);
}
