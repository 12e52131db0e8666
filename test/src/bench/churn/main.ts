import { parseArgs } from 'node:util';
import { type ChurnRun, churn } from './run.ts';

const USAGE = `A client that takes a new session name for each connection, with a projector at its defaults: what its events cost as the names become more,
and what its neighbours feel of it. A line of JSON; exits with 1 if a bar is missed. Ends by itself. Linux only.

  npm run bench:churn -- [options]

  --names   that the client takes; default: 10000
  --first   names after which it is measured first; default: 2000
  --rate    events per second of that client; default: 250
  --beside  events per second of 25 clients in its partition, and of as many in the other partitions; default: 50
`;

/** What an event makes the projector write may differ by this factor between the two measurements. */
const BYTES_GROW = 1.05;
const LARGEST_RECORD = 65_536;
/** From half of the names to all of them. Before that, the heap of a new projector still grows to what it works with, names or no names. */
const MEMORY_GROWS = 1.25;
/** p99 of the neighbours, as a multiple of that of the clients in other partitions. */
const NEIGHBOURS_WAIT = 2;

const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '10000' },
    first: { type: 'string', default: '2000' },
    rate: { type: 'string', default: '250' },
    beside: { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const options = {
    names: Number(values.names),
    firstNames: Number(values.first),
    rate: Number(values.rate),
    rateBeside: Number(values.beside),
  };
  const run = await churn({ ...options, say });
  process.stdout.write(`${JSON.stringify({ ...options, ...run })}\n`);
  for (const missed of missedBars(run)) {
    process.exitCode = 1;
    say(`missed: ${missed}`);
  }
}

/** Whatever is not a number misses its bar. */
function missedBars({ written: { first, last }, largestRecord, largestWithLongestNames, megabytes, toRedis }: ChurnRun): string[] {
  const holds = (isHeld: boolean, otherwise: string) => (isHeld ? [] : [otherwise]);
  return [
    ...(['changes', 'state', 'redis'] as const).flatMap((where) =>
      holds(
        last[where] <= BYTES_GROW * first[where] && first[where] <= BYTES_GROW * last[where],
        `an event writes ${last[where]} bytes to ${where}, ${first[where]} before`,
      ),
    ),
    ...holds(Math.max(largestRecord, largestWithLongestNames) < LARGEST_RECORD, `a record is not below ${LARGEST_RECORD} bytes`),
    ...holds(megabytes.last <= MEMORY_GROWS * megabytes.half, `the projector's memory grows by more than ${MEMORY_GROWS}`),
    ...holds(
      toRedis.neighbours.p99 <= NEIGHBOURS_WAIT * toRedis.elsewhere.p99,
      `neighbours wait more than ${NEIGHBOURS_WAIT} times as long`,
    ),
  ];
}
