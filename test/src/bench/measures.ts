import { type EndToEndRun, endToEnd } from './end-to-end.ts';
import type { FoldRun } from './fold-run.ts';
import type { Contender } from './folding.ts';
import { type IdleRun, idle } from './idle.ts';
import { BAR_RATE, type LatencyRun, latency, subjectOf } from './latency.ts';
import { atLeast, atMost, type Bar, below, type Column, medianOf, type Report, reportOf } from './report.ts';
import { type ScaleRun, scale } from './scale.ts';
import { PEER, ROLLCALL, ROLLCALL_PAIR, SELDOM_PEER, throughput } from './throughput.ts';

export interface MeasureOptions {
  readonly events: number;
  readonly clients: number;
  readonly partitions: number;
  readonly rounds: number;
  /** Events per second, of the latency. */
  readonly rates: readonly number[];
  /** Of steady load, and of idleness. */
  readonly seconds: number;
  /** Clients in Redis, for the scale. */
  readonly fleets: readonly number[];
  readonly through: 'log' | 'event-hubs';
  readonly peer: boolean;
  readonly say: (line: string) => void;
}

/** The longer path, and the state of a fleet, need no more events than that to be measured. */
const FEWER = 5;

/** What can be measured, and what it must reach. */
export const MEASURES: Readonly<Record<string, (options: MeasureOptions) => Promise<Report>>> = {
  async throughput(options) {
    const runs = await throughput(options);
    const title = `Throughput: ${shownCount(options.events)} waiting events of ${shownCount(options.clients)} clients`;
    return reportOf(title, FOLD_COLUMNS, runs, options.peer ? againstPeer(runs) : []);
  },

  async 'end-to-end'(options) {
    const events = Math.ceil(options.events / FEWER);
    const runs = await endToEnd({ ...options, events, clients: Math.min(options.clients, events) });
    return reportOf(
      `End to end: ${shownCount(events)} events from Event Hubs (emulator) to Redis`,
      endToEndColumns(events),
      new Map([['Rollcall', runs]]),
    );
  },

  async latency(options) {
    const runs = await latency(options);
    const path = options.through === 'log' ? 'event appended to rollcall.events' : 'event sent to Event Hubs (emulator)';
    const p99 = medianOf(runs.get(subjectOf(ROLLCALL, BAR_RATE)), (run) => run.redis.p99);
    const bars = options.rates.includes(BAR_RATE) ? [below(`p99 to Redis at ${shownCount(BAR_RATE)}/s, in ms`, p99, 100)] : [];
    return reportOf(`Latency: ${path} → readable in Redis, → seen by a subscriber`, LATENCY_COLUMNS, runs, bars);
  },

  async scale(options) {
    const fleets = options.fleets.toSorted((a, b) => a - b);
    const runs = await scale({ ...options, fleets, events: Math.ceil(options.events / FEWER) });
    const subjects = new Map([...runs].map(([clients, ofFleet]) => [`${shownCount(clients)} clients`, ofFleet]));
    const [some = 0] = fleets;
    const title = `Scale: events of ${shownCount(some)} clients, of any clients, ${shownCount(BAR_RATE)}/s of any clients for the latency`;
    return reportOf(title, SCALE_COLUMNS, subjects, growth(runs));
  },

  async idle(options) {
    const runs = await idle(options);
    const bars = [...runs].map(([service, ofService]) => below(`${service} at rest, in % of a core`, medianOf(ofService, percent), 1));
    return reportOf('Idle: 16 partitions, nothing to do', [{ name: '% of a core', of: percent, digits: 2 }], runs, bars);
  },
};

const FOLD_COLUMNS: readonly Column<FoldRun>[] = [
  { name: 'events/s', of: (run) => run.eventsPerSecond, digits: 0 },
  { name: 'µs CPU/event', of: (run) => run.cpuPerEvent, digits: 1 },
  { name: 'CPU s', of: (run) => run.cpu, digits: 1 },
  { name: 'broker CPU s', of: (run) => run.brokerCpu, digits: 1 },
  { name: 'Redis CPU s', of: (run) => run.redisCpu, digits: 1 },
  { name: 'peak MB', of: (run) => run.megabytes, digits: 0 },
];

const LATENCY_COLUMNS: readonly Column<LatencyRun>[] = [
  { name: 'Redis p50 ms', of: (run) => run.redis.p50, digits: 1 },
  { name: 'p99', of: (run) => run.redis.p99, digits: 1 },
  { name: 'p99.9', of: (run) => run.redis.p999, digits: 1 },
  { name: 'subscriber p50 ms', of: (run) => run.subscriber.p50, digits: 1 },
  { name: 'p99', of: (run) => run.subscriber.p99, digits: 1 },
  { name: 'p99.9', of: (run) => run.subscriber.p999, digits: 1 },
  { name: 'acknowledged p99 ms', of: (run) => run.acknowledged.p99, digits: 1 },
  { name: 'µs CPU/event', of: (run) => run.cpuPerEvent, digits: 0 },
];

const BACKLOG_CPU = ({ sameClients }: ScaleRun) => sameClients.cpuPerEvent;
const STEADY_CPU = ({ latency: steady }: ScaleRun) => steady.cpuPerEvent;

const SCALE_COLUMNS: readonly Column<ScaleRun>[] = [
  { name: 'events/s', of: ({ sameClients }) => sameClients.eventsPerSecond, digits: 0 },
  { name: 'µs CPU/event', of: BACKLOG_CPU, digits: 1 },
  { name: 'Redis CPU s', of: ({ sameClients }) => sameClients.redisCpu, digits: 1 },
  { name: 'of any clients: events/s', of: ({ anyClients }) => anyClients.eventsPerSecond, digits: 0 },
  { name: 'µs CPU/event', of: ({ anyClients }) => anyClients.cpuPerEvent, digits: 1 },
  { name: 'Redis CPU s', of: ({ anyClients }) => anyClients.redisCpu, digits: 1 },
  { name: 'Redis p50 ms', of: (run) => run.latency.redis.p50, digits: 1 },
  { name: 'p99', of: (run) => run.latency.redis.p99, digits: 1 },
  { name: 'µs CPU/event then', of: STEADY_CPU, digits: 0 },
  { name: 'peak MB', of: (run) => run.megabytes, digits: 0 },
];

function endToEndColumns(events: number): readonly Column<EndToEndRun>[] {
  return [
    { name: 'events/s', of: (run) => run.eventsPerSecond, digits: 0 },
    { name: 'ingest µs CPU/event', of: (run) => (run.ingest * 1_000_000) / events, digits: 1 },
    { name: 'projector µs CPU/event', of: (run) => (run.projector * 1_000_000) / events, digits: 1 },
    { name: 'broker CPU s', of: (run) => run.broker, digits: 1 },
    { name: 'Redis CPU s', of: (run) => run.redis, digits: 1 },
    { name: 'emulator CPU s', of: (run) => run.emulator, digits: 1 },
    { name: 'sender CPU s', of: (run) => run.sender, digits: 1 },
  ];
}

/** Each ratio is of medians of runs that were taken in turns. */
function againstPeer(runs: ReadonlyMap<string, readonly FoldRun[]>): Bar[] {
  const rate = ({ name }: Contender) => medianOf(runs.get(name), (run) => run.eventsPerSecond);
  const cost = ({ name }: Contender) => medianOf(runs.get(name), (run) => run.cpuPerEvent);
  return [PEER, SELDOM_PEER].flatMap((peer) => [
    atLeast(`events/s, ${ROLLCALL_PAIR.name} / ${peer.name}`, rate(ROLLCALL_PAIR) / rate(peer), 1.5),
    atMost(`CPU per event, ${ROLLCALL.name} / ${peer.name}`, cost(ROLLCALL) / cost(peer), 1),
  ]);
}

function growth(runs: ReadonlyMap<number, readonly ScaleRun[]>): Bar[] {
  const [smallest = 0, largest = 0] = [[...runs.keys()].at(0), [...runs.keys()].at(-1)];
  if (smallest === largest) return [];
  const ratio = (cpu: (run: ScaleRun) => number) => medianOf(runs.get(largest), cpu) / medianOf(runs.get(smallest), cpu);
  const fleets = `${shownCount(largest)} clients / ${shownCount(smallest)}`;
  return [
    atMost(`CPU per event of the same backlog, ${fleets}`, ratio(BACKLOG_CPU), 1.3),
    atMost(`CPU per event at ${shownCount(BAR_RATE)}/s, ${fleets}`, ratio(STEADY_CPU), 1.3),
  ];
}

function percent(run: IdleRun): number {
  return run.percent;
}

function shownCount(count: number): string {
  return count.toLocaleString('en');
}
