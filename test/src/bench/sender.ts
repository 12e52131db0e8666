import { giveResult, programOptions } from './child-program.ts';
import { EventHubSender } from './event-hub-sender.ts';
import { now } from './schedule.ts';
import { inRandomOrder, SessionEvents } from './session-events.ts';

export interface SenderOptions {
  readonly eventHubs: string;
  readonly events: number;
  readonly clients: number;
  /** Of the events' sequence numbers. */
  readonly firstNumber: number;
}

export interface Sent {
  /** Milliseconds since 1970. */
  readonly first: number;
  /** Seconds of this process's time, without the making of the events. */
  readonly cpu: number;
  readonly clients: number;
  readonly online: number;
}

/** Events that are sent at once. */
const PORTION = 4_000;

/** Sends events as fast as they are accepted. */
async function send({ eventHubs, events: count, clients, firstNumber }: SenderOptions): Promise<Sent> {
  const events = new SessionEvents(firstNumber);
  const waiting = [...events.of(inRandomOrder(count, clients))];
  const sender = new EventHubSender(eventHubs);
  const [first, used] = [now(), process.cpuUsage()];
  for (let from = 0; from < waiting.length; from += PORTION) await sender.append(waiting.slice(from, from + PORTION));
  const { user, system } = process.cpuUsage(used);
  await sender.close();
  return { first, cpu: (user + system) / 1_000_000, clients: events.clients, online: events.online };
}

giveResult(await send(programOptions<SenderOptions>()));
