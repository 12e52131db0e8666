import type { FoldRun } from './fold-run.ts';
import { atLeast, atMost, type Bar, type Column, medianOf, type Report, reportOf } from './report.ts';
import { PEER, ROLLCALL, throughput } from './throughput.ts';

export interface MeasureOptions {
  readonly events: number;
  readonly clients: number;
  readonly partitions: number;
  readonly rounds: number;
  readonly peer: boolean;
  readonly say: (line: string) => void;
}

const FOLD_COLUMNS: readonly Column<FoldRun>[] = [
  { name: 'events/s', of: (run) => run.eventsPerSecond, digits: 0 },
  { name: 'µs CPU/event', of: (run) => run.cpuPerEvent, digits: 1 },
  { name: 'CPU s', of: (run) => run.cpu, digits: 1 },
  { name: 'broker CPU s', of: (run) => run.brokerCpu, digits: 1 },
  { name: 'Redis CPU s', of: (run) => run.redisCpu, digits: 1 },
  { name: 'peak MB', of: (run) => run.megabytes, digits: 0 },
];

/** What can be measured, and what it must reach. */
export const MEASURES: Readonly<Record<string, (options: MeasureOptions) => Promise<Report[]>>> = {
  async throughput(options) {
    const runs = await throughput(options);
    const title = `Throughput: ${options.events.toLocaleString('en')} waiting events of ${options.clients.toLocaleString('en')} clients`;
    return [reportOf(title, FOLD_COLUMNS, runs, options.peer ? againstPeer(runs) : [])];
  },
};

/** Each ratio is of medians of runs that were taken in turns. */
function againstPeer(runs: ReadonlyMap<string, readonly FoldRun[]>): Bar[] {
  const ratio = (of: (run: FoldRun) => number) => medianOf(runs.get(ROLLCALL.name), of) / medianOf(runs.get(PEER.name), of);
  return [
    atLeast(
      `events/s, ${ROLLCALL.name} / ${PEER.name}`,
      ratio((run) => run.eventsPerSecond),
      1.5,
    ),
    atMost(
      `CPU per event, ${ROLLCALL.name} / ${PEER.name}`,
      ratio((run) => run.cpuPerEvent),
      1,
    ),
  ];
}
