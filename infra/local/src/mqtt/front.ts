import { randomUUID } from 'node:crypto';
import type { Logger } from '@rollcall/service';
import { Broker, type BrokerLimits } from './broker.ts';
import { ClientsFileBroken, changesOf, readClients, type WantedClients } from './clients-file.ts';
import { Journal } from './journal.ts';
import { LifeCycle } from './life-cycle.ts';
import { EventWriter, type LifeCycleEvent } from './life-cycle-event.ts';
import { type EventHub, Publisher } from './publisher.ts';
import { createUtcClock } from './utc-clock.ts';

export interface FrontOptions {
  readonly port: number;
  readonly namespace: string;
  /** Where the journal is kept. */
  readonly dir: string;
  readonly clientsFile: string;
  readonly registeredOnly: boolean;
  readonly limits: BrokerLimits;
  /** Events waiting for Event Hubs, past which new connections are refused. */
  readonly mostWaiting: number;
}

/** What is not sent by then is sent at the next start. */
const DRAIN_MS = 2_000;

/** The stand-in for an Event Grid namespace: an MQTT broker whose sessions and clients become life-cycle events. Runs until `signal`. */
export async function runFront(options: FrontOptions, hub: EventHub, logger: Logger, signal: AbortSignal): Promise<void> {
  const broker = new Broker(options.limits, logger);
  await broker.listen(options.port); // before the journal is touched: a second front on it gets no further

  const journal = new Journal(options.dir);
  const lifeCycle = new LifeCycle(new EventWriter(options.namespace, randomUUID, createUtcClock()), journal.past);
  const publisher = new Publisher(hub, logger, options.mostWaiting, (count) => journal.acknowledge(count));
  const emit = (events: readonly LifeCycleEvent[]) => {
    journal.append(events);
    publisher.publish(events);
  };
  publisher.publish(journal.unacknowledged);
  emit(lifeCycle.recovers());

  const mayConnect = (client: string) => {
    const registration = lifeCycle.registration(client);
    return registration === 'Enabled' || (registration === 'unregistered' && !options.registeredOnly);
  };
  const register = async () => {
    const wanted = await readClientsOrWarn(options.clientsFile, logger);
    if (!wanted) return;
    const events = lifeCycle.registers(wanted);
    emit(events);
    for (const { data } of events) {
      const name = data.clientAuthenticationName;
      if (lifeCycle.registration(name) !== 'Enabled') broker.disconnect(name, 'ClientAuthenticationError');
    }
  };
  const clientsFileChanges = changesOf(options.clientsFile, signal);
  await clientsFileChanges.next();
  await register();

  broker.serve({
    refusal: (client) => (publisher.full ? 'unavailable' : mayConnect(client) ? undefined : 'unauthorized'),
    connects: (client, session) => {
      const { connected, events } = lifeCycle.connects(client, session);
      emit(events);
      return connected;
    },
    ends: (connection, reason) => emit(lifeCycle.ends(connection, reason)),
  });
  logger.info({ port: options.port, namespace: options.namespace }, 'ready');
  for await (const _ of clientsFileChanges) await register();

  await broker.stop();
  const unsent = await publisher.drain(DRAIN_MS);
  if (unsent > 0) logger.warn({ unsent }, 'event hubs takes no events: they are sent at the next start');
  journal.close();
}

async function readClientsOrWarn(file: string, logger: Logger): Promise<WantedClients | undefined> {
  try {
    return await readClients(file);
  } catch (error) {
    if (!(error instanceof ClientsFileBroken)) throw error;
    logger.warn({ err: error }, 'clients file is broken: the clients stay as they were');
    return undefined;
  }
}
