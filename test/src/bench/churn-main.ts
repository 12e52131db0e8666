import { parseArgs } from 'node:util';
import { type ChurnRun, churn } from './churn.ts';

const USAGE = `One client takes a new session name for each connection: what its events cost, and its neighbours. A line of JSON; exits with 1 where a bar is
missed. Ends by itself, after some two minutes. Linux only.

  npm run bench:churn -- [options]

  --names  of the client, at the two times at which it is looked at; default: 2000,10000
  --rate   its events per second; default: 300
`;

const { values } = parseArgs({
  options: {
    names: { type: 'string', default: '2000,10000' },
    rate: { type: 'string', default: '300' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await run();

async function run(): Promise<void> {
  const [first = 0, last = 0] = values.names.split(',').map(Number);
  const result = await churn({ names: [first, last], rate: Number(values.rate), say: (line) => void process.stderr.write(`${line}\n`) });
  const missed = missedBars(result);
  process.stdout.write(`${JSON.stringify({ ...result, missed })}\n`);
  if (missed.length > 0) process.exitCode = 1;
}

/** As many bytes per event after 10,000 names as after 2,000, within 5 %; records below 64 KB; flat memory; neighbours at most twice as late. */
function missedBars({ points, largestRecord, largestRecordOfLongNames, neighboursP99, elsewhereP99 }: ChurnRun): string[] {
  const [first, last] = points;
  if (first === undefined || last === undefined) return ['points'];
  const isEqual = (part: 'changes' | 'state' | 'redis') => Math.abs(last.bytesPerEvent[part] / first.bytesPerEvent[part] - 1) <= 0.05;
  const bars = {
    changes: isEqual('changes'),
    state: isEqual('state'),
    redis: isEqual('redis'),
    'largest record': Math.max(largestRecord, largestRecordOfLongNames) < 65_536,
    memory: last.megabytes <= 1.25 * first.megabytes,
    neighbours: neighboursP99 <= 2 * elsewhereP99,
  };
  return Object.entries(bars).flatMap(([bar, holds]) => (holds ? [] : [bar]));
}
