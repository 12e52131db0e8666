import { DEFAULT_SETTINGS } from '@rollcall/fold';
import { afterAll, describe, expect, it } from 'vitest';
import { seed } from '../seed.ts';
import { type CounterVariant, VARIANTS } from './counter.ts';
import { type Findings, type FleetVariant, simulateFleet } from './fleet.ts';

const CLIENTS = 8_000;
/** Of a fleet whose clients change their sessions' names, or whose events are lost. */
const RESTLESS_CLIENTS = 4_000;
/** Percent of sessions, of clients, and of confirmations. */
const BOUND_WITH_RESTARTS = 0.5;
const BOUND_WITHOUT = 0.05;

const table: string[] = [];
afterAll(() => {
  process.stdout.write(`${[headings, ...table].join('\n')}\n(seed ${seed})\n`);
});

describe(`after a week of ${CLIENTS} simulated clients the projection is right`, () => {
  for (const counter of VARIANTS) {
    it(`with ${tell(counter)}`, { timeout: 120_000 }, () => {
      const { shares } = simulate({ counter, names: 'kept', losesSuccessors: false, sessionsKept: DEFAULT_SETTINGS.sessionsKept }, CLIENTS);
      // Else the fleet would be too tame to show anything.
      if (counter.restarts !== 'never') expect(shares.wrongByNumberAlone).toBeGreaterThan(1);
    });
  }
});

describe.each([
  { names: 'kept', losesSuccessors: true, sessionsKept: 100 },
  { names: 'new after a take-over', losesSuccessors: false, sessionsKept: 100 },
  { names: 'new after a take-over', losesSuccessors: true, sessionsKept: 5 },
  { names: 'new at each connection', losesSuccessors: false, sessionsKept: 100 },
  { names: 'new at each connection', losesSuccessors: true, sessionsKept: 100 },
  { names: 'new at each connection', losesSuccessors: true, sessionsKept: 5 },
] as const)('where session names are $names, $sessionsKept are kept, and successors get lost: $losesSuccessors', (restless) => {
  it.each([
    { scope: 'session', restarts: 'never' },
    { scope: 'session', restarts: 'with each session' },
  ] as const)('the projection is right after a week, with a counter per $scope, restarted $restarts', { timeout: 120_000 }, (counter) => {
    const { findings } = simulate({ counter, ...restless }, RESTLESS_CLIENTS);
    // Where numbers repeat, the end of a short connection may be taken for that of its predecessor.
    if (counter.restarts === 'never') expect(findings.onlineForEver).toBe(0);
    if (restless.names === 'new at each connection') expect(findings.forgetfulClients).toBeGreaterThan(0);
    if (restless.sessionsKept === 5) expect(findings.forgetfulClients).toBeGreaterThan(RESTLESS_CLIENTS / 10);
  });
});

/** Holds what every fleet must come to. */
function simulate(variant: FleetVariant, clients: number) {
  const findings = simulateFleet(variant, clients, seed);
  const shares = sharesOf(findings);
  table.push(row(variant, findings, shares));
  const bound = variant.counter.restarts === 'never' ? BOUND_WITHOUT : BOUND_WITH_RESTARTS;
  expect(findings.sessions).toBeGreaterThan(clients);
  expect(findings.confirmations).toBeGreaterThan(clients);
  expect(shares.wrongSessions).toBeLessThanOrEqual(bound);
  expect(shares.wrongClients).toBeLessThanOrEqual(bound);
  expect(shares.falseConfirmations).toBeLessThanOrEqual(bound);
  return { findings, shares };
}

type Shares = ReturnType<typeof sharesOf>;

function sharesOf(findings: Findings) {
  return {
    wrongSessions: (100 * findings.wrongSessions) / findings.sessions,
    wrongByNumberAlone: (100 * findings.wrongByNumberAlone) / findings.sessions,
    wrongClients: (100 * findings.wrongClients) / findings.clients,
    falseConfirmations: (100 * findings.falseConfirmations) / findings.confirmations,
  };
}

const headings = cells(
  'counter',
  'events',
  'sessions',
  'wrong',
  'by number',
  'wrong clients',
  'online for ever',
  'forgetful',
  'confirmed',
  'falsely',
);

function row(
  variant: FleetVariant,
  { events, sessions, onlineForEver, forgetfulClients, confirmations }: Findings,
  shares: Shares,
): string {
  const [wrong, byNumber, clients, falsely] = [
    shares.wrongSessions,
    shares.wrongByNumberAlone,
    shares.wrongClients,
    shares.falseConfirmations,
  ].map((share) => `${share.toFixed(3)} %`);
  const lost = variant.losesSuccessors ? ', successors lost' : '';
  const names = variant.names === 'kept' ? '' : `, names ${variant.names}`;
  const kept = variant.sessionsKept === DEFAULT_SETTINGS.sessionsKept ? '' : `, ${variant.sessionsKept} kept`;
  const { scope, restarts } = variant.counter;
  return cells(
    `per ${scope}, ${restarts}${names}${lost}${kept}`,
    events,
    sessions,
    wrong,
    byNumber,
    clients,
    onlineForEver,
    forgetfulClients,
    confirmations,
    falsely,
  );
}

function tell({ scope, restarts }: CounterVariant): string {
  return `a counter per ${scope}, restarted ${restarts}`;
}

function cells(counter: string, ...columns: readonly (string | number | undefined)[]): string {
  return counter.padEnd(80) + columns.map((column) => String(column).padStart(16)).join('');
}
