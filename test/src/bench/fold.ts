import { type ClientState, DEFAULT_SETTINGS, fold, unseenClient } from '@rollcall/fold';
import { after, connected, disconnected } from '@rollcall/fold/testing';
import { type LogEvent, toClientKey } from '@rollcall/schema';

/** Speed of the fold alone: parsed session events into a Map of clients. Exits with 1 below the target. */
const CLIENTS = 50_000;
const CONNECTIONS = 5;
const RUNS = 5;
const TARGET = 1_000_000;

const NAMESPACE = 'bench';
const REASONS = ['ClientInitiatedDisconnect', 'ConnectionLost', 'ConnectionLost', 'SessionTakenOver'];

interface Arrival {
  readonly client: number;
  readonly event: LogEvent;
}

/** Every client connects and goes away five times, a minute apart. `active` clients do so at a time, one after the other in each round:
 *  all of them is the worst order there is, for then no client's state is in the processor's caches when its next event comes. */
function* arrivals(active: number): Iterable<Arrival> {
  for (let first = 0; first < CLIENTS; first += active) {
    for (let round = 0; round < CONNECTIONS * 2; round++) {
      for (let turn = 0; turn < active; turn++) {
        // 7,919 is prime to the number of active clients: each has one turn in each round.
        const client = first + ((turn * 7_919 + round) % active);
        yield { client, event: eventOf(client, round) };
      }
    }
  }
}

function eventOf(client: number, round: number): LogEvent {
  const whose = { namespace: NAMESPACE, client: `client-${client}`, session: `session-${client}` };
  const moment = after(round * 60 + (client % 60));
  const sequenceNumber = BigInt(1 + Math.floor(round / 2));
  if (round % 2 === 0) return connected(sequenceNumber, moment, whose);
  return disconnected(sequenceNumber, moment, { ...whose, reason: REASONS[client % REASONS.length] ?? 'ConnectionLost' });
}

/** Events per second of processor time, that of the garbage collector's threads included: what other processes take does not count. */
function run(log: readonly Arrival[]): number {
  const clients = new Map<number, ClientState>();
  let changed = 0;
  let offset = 0n;
  const start = process.cpuUsage();
  for (const { client, event } of log) {
    const before = clients.get(client) ?? unseenClient(toClientKey(NAMESPACE, event.data.clientAuthenticationName));
    const folded = fold(before, event, offset++, DEFAULT_SETTINGS);
    if (folded.outcome !== 'ignored') clients.set(client, folded.client);
    if (folded.outcome === 'changed') changed++;
  }
  const { user, system } = process.cpuUsage(start);
  if (clients.size !== CLIENTS || changed !== log.length)
    throw new Error(`${changed} of ${log.length} events changed ${clients.size} clients`);
  return log.length / ((user + system) / 1_000_000);
}

/** Prints the median of some runs; gives it in events per second. */
function measure(what: string, active: number): number {
  const log = [...arrivals(active)];
  run(log); // Compiles, and grows the heap.
  const rates = Array.from({ length: RUNS }, () => run(log)).sort((a, b) => a - b);
  const [min = 0, , median = 0, , max = 0] = rates;
  const [from, middle, to] = [min, median, max].map((rate) => Math.round(rate).toLocaleString('en'));
  process.stdout.write(`${what}: ${middle} events per second of processor time (median of ${RUNS} runs, ${from} to ${to})\n`);
  return median;
}

const events = (CLIENTS * CONNECTIONS * 2).toLocaleString('en');
process.stdout.write(`The fold alone: ${events} session events over ${CLIENTS.toLocaleString('en')} clients, Node ${process.version}\n`);
const speed = measure('1,000 clients active at a time', 1_000);
measure('all clients active at once', CLIENTS);
if (speed < TARGET) {
  process.stderr.write(`slower than ${TARGET.toLocaleString('en')} events/s\n`);
  process.exitCode = 1;
}
