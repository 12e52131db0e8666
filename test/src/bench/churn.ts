import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rollcall } from '@rollcall/client';
import { type RunningPart, type StartedStack, startStack } from '@rollcall/local';
import { sessionConnected, sessionDisconnected } from '../acceptance/life-cycle-events.ts';
import { RedisConnection } from '../chaos/redis-connection.ts';
import { type BytesPerEvent, bytesPerEvent, ChurningClient, ChurnLog, type Client } from './churn-client.ts';
import { percentilesOf } from './percentiles.ts';

export interface ChurnOptions {
  /** How many names the client takes, until each of the two times at which it is looked at. */
  readonly names: readonly [number, number];
  /** Events of the client per second. */
  readonly rate: number;
  readonly say: (line: string) => void;
}

/** The state of things after so many names. */
export interface ChurnPoint {
  readonly names: number;
  readonly bytesPerEvent: BytesPerEvent;
  /** Of the projector, resident, in megabytes. */
  readonly megabytes: number;
}

export interface ChurnRun {
  readonly points: readonly ChurnPoint[];
  /** In bytes, of any of the client's records. */
  readonly largestRecord: number;
  /** Of a client whose sessions' names have 128 characters. */
  readonly largestRecordOfLongNames: number;
  /** From the event's acknowledgement to Redis, in milliseconds. */
  readonly neighboursP99: number;
  readonly elsewhereP99: number;
  /** A page of sixty such clients, and of sixty of one session, in milliseconds, median. */
  readonly page: number;
  readonly pageOfStable: number;
}

const PARTITIONS = 4;
const NAMESPACE = 'churn';
const MEASURED_NAMES = 100;
const PAGE = 60;
const PAGES = 100;
const PROBES_PER_SECOND = 20;

/** One client takes a new session name for each connection, as many MQTT libraries do by default; what each of its events costs, and its
 *  neighbours. A stack of its own: Kafka, Redis and one projector. */
export async function churn(options: ChurnOptions): Promise<ChurnRun> {
  const stack = await startStack({ parts: ['kafka', 'redis', 'projector'], env: { OFFLINE_GRACE: '1h' } });
  const redis = new RedisConnection(stack.ports.redis);
  const brokers = [stack.kafkaBrokers];
  const log = new ChurnLog({ brokers, prefix: 'rollcall', clientId: 'churn', retries: 5, logger: { debug() {} } }, PARTITIONS, redis);
  try {
    return await measure(log, stack, options);
  } finally {
    redis.close();
    await log.close();
    await stack.stop();
  }
}

async function measure(log: ChurnLog, stack: StartedStack, { names, rate, say }: ChurnOptions): Promise<ChurnRun> {
  const client = new ChurningClient({ namespace: NAMESPACE, client: 'churner' });
  const points: ChurnPoint[] = [];
  const [neighbours, elsewhere]: [number[], number[]] = [[], []];
  for (const upTo of names) {
    const stop = new AbortController();
    const probing = Promise.all([
      probe(log, stack, probeIn(log, client.of, true), neighbours, stop.signal),
      probe(log, stack, probeIn(log, client.of, false), elsewhere, stop.signal),
    ]);
    await takeNames(log, client, upTo, rate);
    stop.abort();
    await probing;
    const bytes = await bytesPerEvent(log, client, MEASURED_NAMES);
    points.push({ names: upTo, bytesPerEvent: bytes, megabytes: residentMegabytes(stack.part('projector')) });
    say(`${upTo} names: ${JSON.stringify(points.at(-1))}`);
  }
  const sizes = [...(await log.sizes('changes', client.of)), ...(await log.sizes('state', client.of))];
  return {
    points,
    largestRecord: Math.max(...sizes),
    largestRecordOfLongNames: await largestRecordOfLongNames(log),
    neighboursP99: percentilesOf(neighbours).p99,
    elsewhereP99: percentilesOf(elsewhere).p99,
    ...(await pages(log, stack, say)),
  };
}

/** At the rate, as far as the log takes them. */
async function takeNames(log: ChurnLog, client: ChurningClient, upTo: number, rate: number): Promise<void> {
  const began = performance.now();
  let sent = 0;
  while (client.names < upTo) {
    const due = Math.floor(((performance.now() - began) * rate) / 1_000) - sent;
    const some = Math.min(Math.ceil(due / 2), upTo - client.names);
    if (some > 0) await log.append(client.of, client.next(some));
    sent += 2 * Math.max(some, 0);
    await sleep(5);
  }
}

/** A client in the same partition, or in another one. */
function probeIn(log: ChurnLog, other: Client, isNeighbour: boolean): Client {
  for (let n = 0; ; n++) {
    const client = { namespace: NAMESPACE, client: `probe-${n}` };
    if ((log.partitionOf(client) === log.partitionOf(other)) === isNeighbour) return client;
  }
}

/** Connects and disconnects by turns, at even intervals; each time, how long until Redis knows. */
async function probe(log: ChurnLog, stack: StartedStack, of: Client, latencies: number[], signal: AbortSignal): Promise<void> {
  // Of its own: questions of two probes would wait for each other.
  const redis = new RedisConnection(stack.ports.redis);
  const own = new ChurnLog(log.log, log.partitions, redis);
  const began = performance.now();
  for (let turn = 0; !signal.aborted; turn++) {
    const time = new Date().toISOString();
    const occasion = { time, sequenceNumber: Math.ceil((turn + 1) / 2) + latencies.length };
    await own.append(of, [turn % 2 === 0 ? sessionConnected(of, occasion) : sessionDisconnected(of, 'ConnectionLost', occasion)]);
    const acknowledged = performance.now();
    await own.untilStored(of, time.replace('Z', ''));
    latencies.push(performance.now() - acknowledged);
    await sleep(Math.max(0, began + ((turn + 1) * 1_000) / PROBES_PER_SECOND - performance.now()));
  }
  redis.close();
  await own.close();
}

async function largestRecordOfLongNames(log: ChurnLog): Promise<number> {
  const client = new ChurningClient({ namespace: NAMESPACE, client: 'long names' }, 128);
  const events = client.next(150);
  await log.append(client.of, events);
  await log.untilStored(client.of, 'session-150-');
  return Math.max(...(await log.sizes('state', client.of)));
}

/** Sixty clients that had 120 names, and sixty of one name. */
async function pages(log: ChurnLog, stack: StartedStack, say: (line: string) => void) {
  const [churning, stable] = ['page-of-churn', 'page-of-stable'].map((namespace) =>
    Array.from({ length: PAGE }, (_, n) => new ChurningClient({ namespace, client: `client-${n}` })),
  ) as [ChurningClient[], ChurningClient[]];
  for (const client of churning) await log.append(client.of, client.next(120));
  for (const client of stable) await log.append(client.of, client.next(1));
  for (const client of [...churning, ...stable]) await log.untilStored(client.of, `session-${client.names}-`);
  const rollcall = new Rollcall({ redisUrl: stack.redisUrl, kafka: { brokers: [stack.kafkaBrokers] } });
  const took = new Map<string, number[]>();
  for (let n = 0; n < PAGES; n++) {
    for (const namespace of ['page-of-churn', 'page-of-stable']) {
      const began = performance.now();
      const { clients } = await rollcall.list({ namespace }, { limit: PAGE });
      if (clients.length !== PAGE) throw new Error(`a page of ${clients.length} clients`);
      took.set(namespace, [...(took.get(namespace) ?? []), performance.now() - began]);
    }
  }
  await rollcall.close();
  const [page = 0, pageOfStable = 0] = [...took.values()].map((times) => percentilesOf(times).p50);
  say(`pages of ${PAGE}: ${page.toFixed(2)} ms, of one session each ${pageOfStable.toFixed(2)} ms`);
  return { page, pageOfStable };
}

function residentMegabytes({ name, pid }: RunningPart): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  const kibibytes = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kibibytes) / 1_024);
}
