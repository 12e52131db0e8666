import { parseArgs } from 'node:util';
import { buildMutant, MUTANTS } from './mutants.ts';
import { SCENARIOS } from './scenarios/all.ts';
import { Teller } from './scenarios/tell.ts';
import { Seeds } from './seeds.ts';
import { type Faults, storm, whileThawing } from './storm.ts';
import type { Verdict } from './verdict.ts';
import { World } from './world.ts';

const USAGE = `Breaks what can break while events flow, waits for quiet, and holds everything against the pure fold of the log.

  npm run test:chaos -- [--seed N] [--seeds COUNT] [--results FILE] [--minutes M] [--events COUNT] [--clients COUNT] [--faults LEAST]
  npm run test:chaos -- --brokers 3 [--broker-faults LEAST] …
                                                on a cluster whose brokers are killed, frozen and cut off, too
  npm run test:chaos -- --scenarios [REGEX]     each narrow story of one fault, or those whose names match

  npm run test:chaos -- --mutants [REGEX]       breaks the protocol on purpose: each time, the story told of it must show it

  --results FILE     each seed's result is a line there; seeds that it has are left out, so a series can be stopped and resumed
  --sessions-kept N  the projectors keep only N sessions that ended of each client, and clients have more
  --projector FILE   another build of the projector: its dist/main.js
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '2' },
    events: { type: 'string', default: '100000' },
    clients: { type: 'string', default: '5000' },
    faults: { type: 'string', default: '10' },
    brokers: { type: 'string', default: '1' },
    'broker-faults': { type: 'string', default: '15' },
    results: { type: 'string' },
    'sessions-kept': { type: 'string' },
    scenarios: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    projector: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) say(USAGE);
else if (values.scenarios) await tellScenarios(new RegExp(positionals[0] ?? ''));
else if (values.mutants) await showMutants(new RegExp(positionals[0] ?? ''));
else await series(Number(values.seed), Number(values.seeds));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function series(first: number, count: number): Promise<void> {
  const seeds = new Seeds(values.results);
  for (let seed = first; seed < first + count; seed++) if (!seeds.has(seed)) await tellStorm(seed, seeds);
  if (values.results !== undefined) say(seeds.table());
}

async function tellStorm(seed: number, seeds: Seeds): Promise<void> {
  const { events, clients, minutes, projector } = values;
  say(`seed ${seed}: ${events} events of ${clients} clients in ${minutes} min`);
  const kept = values['sessions-kept'];
  const sessionsKept = kept === undefined ? undefined : Number(kept);
  const world = await World.start({ seed, clients: Number(clients), brokers: Number(values.brokers), projector, sessionsKept });
  const stuck: string[] = [];
  let faults: Faults = new Map();
  let healed = 0;
  try {
    faults = await storm(world, {
      seed,
      events: Number(events),
      duration: Number(minutes) * 60_000,
      leastFaults: Number(values.faults),
      leastBrokerFaults: Number(values['broker-faults']),
      say,
    });
    await world.traffic.flush();
    // Whoever wakes only when it is stopped may still append to the log, and nobody would project it.
    healed = await whileThawing(world.projectors, () => world.quiet());
    await world.stopServices();
    const count = [...faults.values()].reduce((sum, times) => sum + times, 0);
    say(`  survived ${count} faults of ${faults.size} kinds: ${[...faults].map(([name, times]) => `${name} ${times}`).join(', ')}`);
  } catch (error) {
    stuck.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const verdict = await world.verdict();
  const violations = [...stuck, ...verdict.violations];
  const keep = violations.length > 0;
  await world.end({ keep });
  const whole = { ...verdict, violations: keep ? [...violations, `evidence: ${world.dataDir}`] : [] };
  report(whole, healed);
  seeds.add(seed, whole, faults, healed);
}

async function tellScenarios(wanted: RegExp): Promise<void> {
  await using teller = new Teller({ seed: Number(values.seed), clients: 300, projector: values.projector });
  for (const scenario of SCENARIOS.filter(({ name }) => wanted.test(name))) {
    say(scenario.name);
    const { verdict, healed } = await teller.tell(scenario);
    report(verdict, healed);
  }
}

async function showMutants(wanted: RegExp): Promise<void> {
  for (const mutant of MUTANTS.filter(({ name }) => wanted.test(name))) {
    await using built = await buildMutant(mutant);
    const options = { projector: built.projector, ingest: built.ingest, quietWithin: 30_000, keepEvidence: false };
    await using teller = new Teller({ seed: Number(values.seed), clients: 300, ...options });
    const { verdict } = await teller.tell(mutant.scenario);
    const shown = verdict.violations.find((violation) => mutant.shows.test(violation));
    say(`${mutant.name}: ${shown ? 'shown by' : 'NOT SHOWN by'} "${mutant.scenario.name}"`);
    say(`  ${(shown ?? verdict.violations[0] ?? 'all holds').slice(0, 300)}`);
    if (shown === undefined) process.exitCode = 1;
  }
}

function report({ violations, events, changes, clients, ...of }: Verdict, healed: number): void {
  say(`  ${violations.length === 0 ? 'holds' : 'VIOLATED'}: ${events} events, ${changes} changes, ${clients} clients; \
not in the log ${of.unlogged}, lost ${of.lost}, duplicated ${of.duplicated}, differences in state ${of.stateDifferences} and Redis \
${of.redisDifferences}; whole again after ${(healed / 1000).toFixed(1)} s`);
  for (const violation of [...violations.slice(0, 10), ...violations.slice(10).slice(-1)]) say(`  ! ${violation.slice(0, 600)}`);
  if (violations.length > 0) process.exitCode = 1;
}
