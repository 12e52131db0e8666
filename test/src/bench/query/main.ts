import os from 'node:os';
import { parseArgs } from 'node:util';
import { fleetsInTurns } from '../fleets-in-turns.ts';
import { QueriedFleet, type Turn } from './fleet-run.ts';
import { type Spread, spreadOf } from './latencies.ts';

const USAGE = `Loads fleets of clients into a Redis of its own, and asks while a projector writes beside it. Exits with 1 below a target.

  npm run bench:query -- [--clients N …] [--events-per-second N] [--partitions N] [--rounds N] [--seconds S]

  --clients            size of a fleet, may be given again; default: 10000 and 1000000
  --events-per-second  what the projector is given to write meanwhile; default: 2000
  --questions-per-second  one at a time, by an asker who does not wait for the last answer; default: 100
  --partitions         of the topics; default: 4
  --rounds             of which the median is shown, and one before them that does not count; each takes the fleets in turns; default: 5
  --seconds            per question and round; default: 10
`;

const BYTES_PER_CLIENT = 1_200;
/** How much longer an answer may take in the largest fleet than in the smallest. */
const GROWTH = 1.5;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', multiple: true, default: ['10000', '1000000'] },
    'events-per-second': { type: 'string', default: '2000' },
    'questions-per-second': { type: 'string', default: '100' },
    partitions: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) say(USAGE);
else await bench(values.clients.map(Number).sort((a, b) => a - b));

async function bench(sizes: readonly number[]): Promise<void> {
  const [cpu] = os.cpus();
  say(`${cpu?.model}, ${os.cpus().length} cores; Node ${process.version}; load ${os.loadavg()[0]?.toFixed(1)} before it began\n`);
  const eventsPerSecond = Number(values['events-per-second']);
  const questionsPerSecond = Number(values['questions-per-second']);
  const partitions = Number(values.partitions);
  const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
  const options = { partitions, eventsPerSecond, questionsPerSecond, seconds, say: progress };
  const turns = await fleetsInTurns(sizes, rounds, (clients) => QueriedFleet.load({ ...options, clients }), progress);
  const results = [...turns].map(([fleet, ofFleet]) => resultOf(fleet, ofFleet));
  for (const result of results) show(result, eventsPerSecond);
  const [smallest, largest] = [results[0], results.at(-1)];
  if (smallest !== undefined && largest !== undefined && smallest !== largest) compare(smallest, largest);
}

interface Figure {
  readonly name: string;
  readonly bar?: number | undefined;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly asked: number;
}

interface Result {
  readonly clients: number;
  readonly bytesPerClient: number;
  readonly eventsPerSecond: number;
  readonly figures: readonly Figure[];
}

function resultOf({ clients, bytesPerClient }: QueriedFleet, turns: readonly Turn[]): Result {
  const eventsPerSecond = spreadOf(turns.map((turn) => turn.eventsPerSecond)).median;
  const figures = turns[0]?.asked.map(({ name, bar }, at) => {
    const asked = turns.flatMap((turn) => turn.asked[at] ?? []);
    const p50 = spreadOf(asked.map((latencies) => latencies.p50));
    const p99 = spreadOf(asked.map((latencies) => latencies.p99));
    return { name, bar, p50, p99, asked: asked.reduce((sum, latencies) => sum + latencies.asked, 0) };
  });
  return { clients, bytesPerClient, eventsPerSecond, figures: figures ?? [] };
}

function show({ clients, bytesPerClient, eventsPerSecond, figures }: Result, asked: number): void {
  say(`${count(clients)} clients, ${Math.round(eventsPerSecond)} events/s written of ${asked}`);
  say(`  ${'bytes per client'.padEnd(28)} ${Math.round(bytesPerClient)}`);
  expect(bytesPerClient <= BYTES_PER_CLIENT, `more than ${BYTES_PER_CLIENT} bytes per client`);
  expect(eventsPerSecond >= 0.95 * asked, 'the projector did not keep up');
  for (const { name, bar, p50, p99, asked: times } of figures) {
    say(`  ${name.padEnd(28)} p50 ${shown(p50)}  p99 ${shown(p99)}  (${count(times)} times)`);
    if (bar !== undefined) expect(p99.median < bar, `${name}: p99 is not under ${bar} ms`);
  }
}

function compare(smallest: Result, largest: Result): void {
  say(`${count(largest.clients)} clients against ${count(smallest.clients)}`);
  for (const [at, { name, bar, p50, p99 }] of largest.figures.entries()) {
    const base = smallest.figures[at] as Figure;
    const growth = p99.median / base.p99.median;
    say(`  ${name.padEnd(28)} p50 × ${(p50.median / base.p50.median).toFixed(2)}  p99 × ${growth.toFixed(2)}`);
    if (bar !== undefined) expect(growth <= GROWTH, `${name}: p99 grows by more than ${GROWTH}`);
  }
}

function shown({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} ms (${min.toFixed(2)}–${max.toFixed(2)})`.padEnd(26);
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function expect(holds: boolean, otherwise: string): void {
  if (holds) return;
  process.exitCode = 1;
  process.stderr.write(`  missed: ${otherwise}\n`);
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
