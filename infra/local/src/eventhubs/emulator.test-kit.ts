import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  EventHubConsumerClient,
  type EventHubConsumerClientOptions,
  EventHubProducerClient,
  type EventPosition,
  earliestEventPosition,
  type ReceivedEventData,
  type SubscribeOptions,
} from '@azure/event-hubs';
import { createLogger } from '@rollcall/service';
import { type AccessKey, LOCAL_ACCESS_KEY } from './access.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';

export const HUB = 'lifecycle';
export const GROUP = '$Default';

/** Clients that fail soon instead of trying for minutes. */
export const IMPATIENT = { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } } as const;

/** An emulator for one test file, with clients of Microsoft's SDK. */
export interface TestHub extends AsyncDisposable, Pick<Emulator, 'port' | 'webSocketPort' | 'recreateHub'> {
  readonly producer: EventHubProducerClient;
  /** Closed together with the hub. */
  consumer(options?: EventHubConsumerClientOptions): EventHubConsumerClient;
}

export async function startTestHub(options: Partial<EmulatorOptions> = {}): Promise<TestHub> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eventhubs-'));
  const emulator: Emulator = await startEmulator(
    { port: 0, name: HUB, dir, partitions: 4, retainedEvents: 100_000, ...options },
    createLogger('eventhubs', 'warn'),
  );
  const address = connectionString(emulator.port, options.accessKey);
  const producer = new EventHubProducerClient(address, HUB, IMPATIENT);
  const consumers: EventHubConsumerClient[] = [];
  return {
    port: emulator.port,
    webSocketPort: emulator.webSocketPort,
    recreateHub: () => emulator.recreateHub(),
    producer,
    consumer(consumerOptions) {
      const consumer = new EventHubConsumerClient(GROUP, address, HUB, { ...IMPATIENT, ...consumerOptions });
      consumers.push(consumer);
      return consumer;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([producer, ...consumers].map((client) => client.close()));
      await emulator.stop();
      fs.rmSync(dir, { recursive: true });
    },
  };
}

export function connectionString(port: number, { name, key }: AccessKey = LOCAL_ACCESS_KEY): string {
  return `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=${name};SharedAccessKey=${key};UseDevelopmentEmulator=true`;
}

export interface Subscribing {
  readonly partitionId: string;
  readonly from?: EventPosition;
  readonly options?: SubscribeOptions;
}

/** Subscribes to a partition; the generator yields its events in order and throws what the SDK reports. */
export async function* eventsOf(consumer: EventHubConsumerClient, subscribing: Subscribing): AsyncGenerator<ReceivedEventData> {
  const { partitionId, from = earliestEventPosition, options } = subscribing;
  const events: ReceivedEventData[] = [];
  let failure: unknown;
  let wake = () => {};
  const subscription = consumer.subscribe(
    partitionId,
    {
      async processEvents(batch) {
        events.push(...batch);
        wake();
      },
      async processError(error) {
        failure = error;
        wake();
      },
    },
    { startPosition: from, maxBatchSize: 200, ...options },
  );
  try {
    for (;;) {
      const event = events.shift();
      if (event) yield event;
      else if (failure) throw failure;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    await subscription.close();
  }
}

/** The first `count` events of a partition from a position on. */
export async function receive(
  consumer: EventHubConsumerClient,
  subscribing: Subscribing & { count: number },
): Promise<ReceivedEventData[]> {
  const received: ReceivedEventData[] = [];
  for await (const event of eventsOf(consumer, subscribing)) {
    received.push(event);
    if (received.length === subscribing.count) break;
  }
  return received;
}
