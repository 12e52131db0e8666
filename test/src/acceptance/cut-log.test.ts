import { type StartedStack, startStack } from '@rollcall/local';
import type { LogOptions } from '@rollcall/log';
import { cutLog } from '@rollcall/log/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { sessionConnected, sessionDisconnected } from './life-cycle-events.ts';
import { eventually, PARTITIONS, RollcallUnderTest } from './rollcall-under-test.ts';

const NAMESPACE = 'cut';
const EARLY = { namespace: NAMESPACE, client: 'early' };
const BOTH = { namespace: NAMESPACE, client: 'both' };

let stack: StartedStack;
let test: RollcallUnderTest;
/** Between the events that the log loses and those that it keeps. */
let noon: Date;
/** Before all of them. */
let morning: Date;

beforeAll(async () => {
  stack = await startStack({ parts: ['kafka', 'redis', 'azurite', 'eventhubs', 'ingest', 'projector'], env: { OFFLINE_GRACE: '1h' } });
  test = new RollcallUnderTest(stack);
  morning = new Date();
  await test.hub.send([inArray(sessionConnected(EARLY), sessionConnected(BOTH))]);
  await test.settled();
  noon = await aMomentLater();
  const log: LogOptions = { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'retention', retries: 5, logger: { debug() {} } };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await cutLog(log, 'rollcall.events', partition, await endOf(partition));
  }
  await test.hub.send([inArray(sessionDisconnected(BOTH, 'ConnectionLost'), sessionConnected({ namespace: NAMESPACE, client: 'late' }))]);
  await test.settled();
});
afterAll(async () => {
  await test?.[Symbol.asyncDispose]();
  await stack?.stop();
});

async function aMomentLater(): Promise<Date> {
  const now = Date.now();
  await eventually(() => expect(Date.now()).toBeGreaterThan(now + 1));
  return new Date(now + 1);
}

/** One above the last event of the partition. */
async function endOf(partition: number): Promise<bigint> {
  const events = await Array.fromAsync(test.rollcall.replay());
  const offsets = events.filter(({ position }) => position.partition === partition).map(({ position }) => BigInt(position.offset) + 1n);
  return offsets.reduce((end, offset) => (offset > end ? offset : end), 0n);
}

const presences = async (time: Date) =>
  (await Array.fromAsync(test.rollcall.clientsAt({ time }, NAMESPACE))).map(({ client, complete }) => [
    client.client,
    client.presence,
    complete,
  ]);

it('goes back behind the log by rollcall.state: a client is as it was, and its events came to what they came to', async () => {
  expect(await presences(noon)).toEqual([
    ['both', 'online', true],
    ['early', 'online', true],
    // First heard of later; or compaction took what it was before: who can tell.
    ['late', 'unknown', false],
  ]);
  expect(await presences(new Date())).toEqual([
    ['both', 'offline', true],
    ['early', 'online', true],
    ['late', 'online', true],
  ]);
  const history = await Array.fromAsync(test.rollcall.history(NAMESPACE, 'both'));
  expect(history).toMatchObject([
    {
      outcome: 'changed',
      kinds: ['session-disconnected', 'client-offline'],
      session: { connectedAt: expect.any(String) },
      complete: true,
    },
  ]);
});

it('says what it does not know: what a client was before all that is kept', async () => {
  expect(await presences(morning)).toEqual([
    ['both', 'unknown', false],
    ['early', 'unknown', false],
    ['late', 'unknown', false],
  ]);
  const { stdout } = await test.command('at', morning.toISOString(), 'client', NAMESPACE, 'early');
  expect(stdout).toMatch(/presence +unknown\n.*\n\nnot complete, the log no longer goes back far enough/s);
  expect(await test.rollcall.at({ time: morning }, NAMESPACE, 'nobody')).toBeUndefined();
});
