import { type RunningPart, startStack } from '@rollcall/local';
import type { FoldingPlace } from '../folding.ts';
import { LogOfEvents } from '../log-of-events.ts';
import { residentMegabytes } from '../process-usage.ts';
import { withoutAppendOnlyFile } from '../redis-settings.ts';
import { now, timeOf } from '../schedule.ts';
import { Arrivals, latencyOf } from './arrivals.ts';
import { untilFolded } from './folded.ts';
import { pages } from './pages.ts';
import { type Source, steadyLoad } from './steady-load.ts';
import { ChurningClient, ordinaryClients, partitionOfVisitor, type Visitor } from './visitor.ts';
import { writtenByEvents } from './written.ts';

export interface ChurnOptions {
  /** That the churning client takes. */
  readonly names: number;
  /** After which what is written is measured first. What comes before is warm-up. */
  readonly firstNames: number;
  /** Events per second of the churning client. */
  readonly rate: number;
  /** Events per second of its neighbours together, and of the clients elsewhere together. */
  readonly rateBeside: number;
  readonly say: (line: string) => void;
}

const PARTITIONS = 4;
/** Clients that share `rateBeside`: with fewer, an event could come before the one before it was seen. */
const CLIENTS_BESIDE = 25;
/** Of another client, before all: the projector's code is compiled, and its heap has begun to grow. */
const NAMES_OF_WARM_UP = 3_000;
/** Names over which what is written is measured, each event alone. */
const NAMES_ALONE = 100;
/** Names up to each point over which the projector's memory is measured. */
const NAMES_OF_MEMORY = 1_000;
const LONGEST_NAME = 128;
/** Until each of the 100 sessions kept came up after others were forgotten, which it remembers. */
const NAMES_UNTIL_FULL = 250;

export type ChurnRun = Awaited<ReturnType<typeof churn>>;

/** One client takes a new session name for each connection, beside ordinary ones, on a stack of its own. Throws ResultWrong. */
export async function churn(options: ChurnOptions) {
  const stack = await startStack({ parts: ['kafka', 'redis'] });
  const log = new LogOfEvents(stack.kafkaBrokers, PARTITIONS);
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    await log.create();
    const projector = stack.add('projector', { as: 'churn-projector', env: { PARTITIONS: String(PARTITIONS) } });
    await projector.start();
    return await measure({ stack, log }, projector, options);
  } finally {
    await log.close();
    await stack.stop();
  }
}

async function measure(place: FoldingPlace, projector: RunningPart, { names, firstNames, rate, rateBeside, say }: ChurnOptions) {
  const { stack, log } = place;
  const churning = new ChurningClient('churn', 'churning');
  const home = partitionOfVisitor(churning, PARTITIONS);
  const neighbours = ordinaryClients('churn', CLIENTS_BESIDE, PARTITIONS, (partition) => partition === home);
  const elsewhere = ordinaryClients('churn', CLIENTS_BESIDE, PARTITIONS, (partition) => partition !== home);
  const taken = { neighbours: [] as number[], elsewhere: [] as number[] };
  const memory: { readonly names: number; readonly megabytes: number }[] = [];

  const until = async (end: number, isMeasured: boolean) => {
    const arrivals = new Arrivals(stack.ports.redis, PARTITIONS);
    const watch = (into: number[]) => (visitor: Visitor, due: number) => {
      if (isMeasured) arrivals.await(visitor, due, into);
    };
    const load: Source[] = [
      { visitors: [churning], rate },
      { visitors: neighbours, rate: rateBeside, onDue: watch(taken.neighbours) },
      { visitors: elsewhere, rate: rateBeside, onDue: watch(taken.elsewhere) },
    ];
    await steadyLoad(log, load, () => {
      if (memory.at(-1)?.names !== churning.names) memory.push({ names: churning.names, megabytes: residentMegabytes(pidOf(projector)) });
      return churning.names >= end;
    });
    await arrivals.stop();
    await untilFolded(place);
  };
  const alone = () => writtenByEvents(place, churning, 2 * NAMES_ALONE);
  const memoryAt = (end: number) => median(memory.filter((one) => one.names > end - NAMES_OF_MEMORY && one.names <= end));

  await takeNames(place, new ChurningClient('churn', 'warm-up'), NAMES_OF_WARM_UP);
  await until(firstNames - NAMES_ALONE, false);
  const first = await alone();
  say(`${churning.names} names: ${JSON.stringify(first)}`);
  await until(names - NAMES_ALONE, true);
  const last = await alone();
  say(`${churning.names} names: ${JSON.stringify(last)}`);
  const longest = new ChurningClient('churn', 'client-'.padEnd(LONGEST_NAME, 'x'), LONGEST_NAME);
  await takeNames(place, longest, NAMES_UNTIL_FULL);
  return {
    written: { first, last },
    largestRecord: last.largestRecord,
    largestWithLongestNames: (await writtenByEvents(place, longest, 2)).largestRecord,
    megabytes: { first: memoryAt(firstNames - NAMES_ALONE), half: memoryAt(names / 2), last: memoryAt(names - NAMES_ALONE) },
    toRedis: { neighbours: latencyOf(taken.neighbours), elsewhere: latencyOf(taken.elsewhere), samples: taken.neighbours.length },
    page: await pages(place),
  };
}

/** As fast as the log takes them. */
async function takeNames(place: FoldingPlace, client: ChurningClient, names: number): Promise<void> {
  const appended = 20;
  while (client.names < names) await place.log.append(Array.from({ length: appended }, () => client.next(timeOf(now()))));
  await untilFolded(place);
}

function pidOf({ name, pid }: RunningPart): number {
  if (pid === undefined) throw new Error(`${name} has ended`);
  return pid;
}

function median(samples: readonly { readonly megabytes: number }[]): number {
  const sorted = samples.map(({ megabytes }) => megabytes).sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}
