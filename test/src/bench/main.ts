import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { shownMachine, thisMachine } from './machine.ts';
import { MEASURES, type MeasureOptions } from './measures.ts';
import { type Report, shown } from './report.ts';

const USAGE = `Measures Rollcall on stacks of its own, one after the other: a table of medians, with the least and the greatest of the runs, and
the same as JSON with every run. Exits with 1 if a bar is missed or a result is not right. Linux only. How to read it: docs/performance.md.

  npm run bench -- [--only MEASURE,…] [--peer] [options]

  --only        of ${Object.keys(MEASURES).join(', ')}; default: all
  --peer        Kafka Streams beside Rollcall, in turns (needs a JDK and Maven)
  --rounds      runs of each figure; default: 5
  --events      that wait in the log (throughput; scale: a fifth of them); default: 500000
  --clients     that they are about; default: 50000
  --partitions  of the topics; default: 4
  --json        file for the JSON; default: bench.json
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(MEASURES).join(',') },
    peer: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    events: { type: 'string', default: '500000' },
    clients: { type: 'string', default: '50000' },
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
  const machine = thisMachine();
  say(shownMachine(machine));
  const reports: Report[] = [];
  for (const measure of measures) {
    for (const report of await measure(options())) {
      reports.push(report);
      say(shown(report));
    }
    // What is known so far outlives a bench that fails later.
    await writeFile(values.json, `${JSON.stringify({ machine, options: values, reports }, null, 2)}\n`);
  }
  for (const { what, figure, bar } of reports.flatMap(({ bars }) => bars).filter(({ holds }) => !holds)) {
    process.exitCode = 1;
    process.stderr.write(`missed: ${what}: ${figure.toFixed(2)}, not ${bar}\n`);
  }
}

function options(): MeasureOptions {
  return {
    events: wholeNumber('events'),
    clients: wholeNumber('clients'),
    partitions: wholeNumber('partitions'),
    rounds: wholeNumber('rounds'),
    peer: values.peer,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
}

function wholeNumber(option: 'events' | 'clients' | 'partitions' | 'rounds'): number {
  const number = Number(values[option]);
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`--${option}: ${values[option]} is no whole number above 0`);
  return number;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
