import { setTimeout as sleep } from 'node:timers/promises';
import { LogWriter, type NewRecord } from '@rollcall/log';
import { clientKey, partitionOf, topicNames } from '@rollcall/schema';
import { sessionConnected, sessionDisconnected } from '../../acceptance/life-cycle-events.ts';
import { clientName, namespaceOf, reasonOf, sessionName } from './fleet.ts';

/** Milliseconds between two appends: a fleet does not come in waves. */
const INTERVAL = 10;
/** Sequence numbers of one round: those of the loaded fleet are below. */
const NUMBERS_PER_ROUND = 10_000;

/** Events of random clients at a steady rate, a process of its own: each client is connected and disconnected by turns. Ends when its
 *  standard input does. Arguments: brokers, clients, partitions, events per second, and the round, from 0. */
async function run(brokers: string, clients: number, partitions: number, rate: number, round: number): Promise<void> {
  const log = { brokers: [brokers], prefix: 'rollcall', clientId: 'bench-traffic', retries: 5, logger: { debug: () => {} } };
  const writer = new LogWriter(log);
  const topic = topicNames(log.prefix).events;
  const turns = new Map<number, number>();

  const nextEvent = (): NewRecord => {
    const n = Math.floor(Math.random() * clients);
    const turn = turns.get(n) ?? 0;
    turns.set(n, turn + 1);
    const whose = { namespace: namespaceOf(n), client: clientName(n), session: sessionName(n) };
    const occasion = { sequenceNumber: (round + 1) * NUMBERS_PER_ROUND + Math.floor(turn / 2) };
    const value = turn % 2 === 0 ? sessionConnected(whose, occasion) : sessionDisconnected(whose, reasonOf(n), occasion);
    const key = clientKey(whose.namespace, whose.client);
    return { topic, partition: partitionOf(key, partitions), key, value };
  };

  let open = true;
  process.stdin.resume().once('close', () => {
    open = false;
  });
  const began = performance.now();
  for (let sent = 0; open; await sleep(INTERVAL)) {
    const owed = Math.floor(((performance.now() - began) / 1_000) * rate) - sent;
    await writer.append(Array.from({ length: Math.min(owed, rate) }, nextEvent));
    sent += owed;
  }
  await writer.close();
}

const [brokers = '', ...numbers] = process.argv.slice(2);
const [clients = 0, partitions = 0, rate = 0, round = 0] = numbers.map(Number);
await run(brokers, clients, partitions, rate, round);
