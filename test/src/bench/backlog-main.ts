import { parseArgs } from 'node:util';
import { backlog } from './backlog.ts';
import { SHAPES, type Shape } from './large-messages.ts';

const USAGE = `The memory of ingest with a backlog of large messages, Kafka frozen in the middle: a line of JSON for each number of partitions. Exits with 1
if it is above the bar. Ends by itself. Linux only.

  npm run bench:backlog -- [options]

  --partitions  of the event hub; default: 4,32
  --messages    default: 1500
  --bytes       of each; default: 990000
  --shape       ${SHAPES.join(', ')}: what is in a message, one event, an array of events or bytes that are no event; default: one
  --idle        seconds in which ingest has nothing to do before they come; 0: they wait when it starts; default: 0
  --small       with --idle: events of the usual size that are read before that; default: 0
  --frozen      seconds for which Kafka is frozen; default: 20
  --bar         megabytes; default: 512
`;

const { values } = parseArgs({
  options: {
    partitions: { type: 'string', default: '4,32' },
    messages: { type: 'string', default: '1500' },
    bytes: { type: 'string', default: '990000' },
    shape: { type: 'string', default: 'one' },
    idle: { type: 'string', default: '0' },
    small: { type: 'string', default: '0' },
    frozen: { type: 'string', default: '20' },
    bar: { type: 'string', default: '512' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else for (const partitions of values.partitions.split(',').map(Number)) await measure(partitions);

async function measure(partitions: number): Promise<void> {
  const options = {
    partitions,
    messages: Number(values.messages),
    bytes: Number(values.bytes),
    shape: values.shape as Shape,
    idleSeconds: Number(values.idle),
    smallBefore: Number(values.small),
    frozenSeconds: Number(values.frozen),
  };
  const run = await backlog({ ...options, say: (line) => void process.stderr.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify({ ...options, ...run })}\n`);
  if (run.peakMegabytes > Number(values.bar)) process.exitCode = 1;
}
