import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { WARM_UP } from './latency.ts';
import { shownMachine, thisMachine } from './machine.ts';
import { MEASURES, type MeasureOptions } from './measures.ts';
import { type Report, shown } from './report.ts';

const USAGE = `Measures Rollcall on stacks of its own, one after the other: a table of medians, with the least and the greatest of the runs, and
the same as JSON with every run. Exits with 1 if a bar is missed or a result is not right. Linux only. How to read it: docs/performance.md.

  npm run bench -- [--only MEASURE,…] [--peer] [options]

  --only        of ${Object.keys(MEASURES).join(', ')}; default: all
  --peer        Kafka Streams beside Rollcall, in turns (needs a JDK and Maven)
  --rounds      runs of each figure; default: 3
  --events      that wait in the log (throughput; end-to-end and scale: a fifth of them); default: 500000
  --clients     that they are about; default: 50000
  --rates       events per second of the latency; default: 100,1000,5000
  --seconds     of steady load per rate, after a warm-up of ${WARM_UP} on a new broker, and of idleness; default: 30
  --fleets      clients in Redis, of the scale; default: 10000,100000,1000000
  --through     log or event-hubs: where the latency begins; default: log
  --partitions  of the topics; default: 4
  --json        file for the JSON; default: bench.json
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(MEASURES).join(',') },
    peer: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    events: { type: 'string', default: '500000' },
    clients: { type: 'string', default: '50000' },
    rates: { type: 'string', default: '100,1000,5000' },
    seconds: { type: 'string', default: '30' },
    fleets: { type: 'string', default: '10000,100000,1000000' },
    through: { type: 'string', default: 'log' },
    partitions: { type: 'string', default: '4' },
    json: { type: 'string', default: 'bench.json' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) say(USAGE);
else await bench();

async function bench(): Promise<void> {
  const measures = values.only.split(',').map((name) => {
    const measure = MEASURES[name];
    if (measure === undefined) throw new RangeError(`--only: ${name} is none of ${Object.keys(MEASURES).join(', ')}`);
    return measure;
  });
  const asked = options();
  const machine = thisMachine();
  say(shownMachine(machine));
  const reports: Report[] = [];
  for (const measure of measures) {
    const report = await measure(asked);
    reports.push(report);
    say(shown(report));
    // What is known so far outlives a bench that fails later.
    await writeFile(values.json, `${JSON.stringify({ machine, options: values, reports }, null, 2)}\n`);
  }
  for (const { what, figure, bar } of reports.flatMap(({ bars }) => bars).filter(({ holds }) => !holds)) {
    process.exitCode = 1;
    process.stderr.write(`missed: ${what}: ${figure.toFixed(2)}, not ${bar}\n`);
  }
}

function options(): MeasureOptions {
  const { through } = values;
  if (through !== 'log' && through !== 'event-hubs') throw new RangeError(`--through: ${through} is neither log nor event-hubs`);
  return {
    events: wholeNumber('events'),
    clients: wholeNumber('clients'),
    partitions: wholeNumber('partitions'),
    rounds: wholeNumber('rounds'),
    rates: wholeNumbers('rates'),
    seconds: wholeNumber('seconds'),
    fleets: wholeNumbers('fleets'),
    through,
    peer: values.peer,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}

type Numeric = 'events' | 'clients' | 'partitions' | 'rounds' | 'rates' | 'seconds' | 'fleets';

function wholeNumber(option: Numeric): number {
  const [number = 0, ...others] = wholeNumbers(option);
  if (others.length > 0) throw new RangeError(`--${option}: one number, not ${values[option]}`);
  return number;
}

function wholeNumbers(option: Numeric): number[] {
  return values[option].split(',').map((text) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`--${option}: ${text} is no whole number above 0`);
    return number;
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
