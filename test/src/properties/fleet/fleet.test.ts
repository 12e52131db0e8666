import { afterAll, describe, expect, it } from 'vitest';
import { seed } from '../seed.ts';
import { VARIANTS } from './counter.ts';
import { type Findings, simulateFleet } from './fleet.ts';

const CLIENTS = 8_000;
/** Percent of sessions, of clients, and of confirmations. */
const BOUND_WITH_RESTARTS = 0.5;
const BOUND_WITHOUT = 0.05;

describe(`after a week of ${CLIENTS} simulated clients the projection is right`, () => {
  const table: string[] = [];
  afterAll(() => {
    process.stdout.write(`${[headings, ...table].join('\n')}\n(seed ${seed})\n`);
  });

  for (const { scope, restarts } of VARIANTS) {
    it(`with a counter per ${scope}, restarted ${restarts}`, { timeout: 120_000 }, () => {
      const findings = simulateFleet({ scope, restarts }, CLIENTS, seed);
      const shares = sharesOf(findings);
      table.push(row(`per ${scope}, ${restarts}`, findings, shares));

      const bound = restarts === 'never' ? BOUND_WITHOUT : BOUND_WITH_RESTARTS;
      expect(findings.sessions).toBeGreaterThan(CLIENTS);
      expect(findings.confirmations).toBeGreaterThan(CLIENTS);
      expect(shares.wrongSessions).toBeLessThanOrEqual(bound);
      expect(shares.wrongClients).toBeLessThanOrEqual(bound);
      expect(shares.falseConfirmations).toBeLessThanOrEqual(bound);
      // Else the fleet would be too tame to show anything.
      if (restarts !== 'never') expect(shares.wrongByNumberAlone).toBeGreaterThan(1);
    });
  }
});

type Shares = ReturnType<typeof sharesOf>;

function sharesOf(findings: Findings) {
  return {
    wrongSessions: (100 * findings.wrongSessions) / findings.sessions,
    wrongByNumberAlone: (100 * findings.wrongByNumberAlone) / findings.sessions,
    wrongClients: (100 * findings.wrongClients) / findings.clients,
    falseConfirmations: (100 * findings.falseConfirmations) / findings.confirmations,
  };
}

const headings = cells('counter', 'events', 'sessions', 'wrong', 'by number', 'wrong clients', 'confirmed', 'falsely');

function row(counter: string, { events, sessions, confirmations }: Findings, shares: Shares): string {
  const [wrong, byNumber, clients, falsely] = [
    shares.wrongSessions,
    shares.wrongByNumberAlone,
    shares.wrongClients,
    shares.falseConfirmations,
  ].map((share) => `${share.toFixed(3)} %`);
  return cells(counter, events, sessions, wrong, byNumber, clients, confirmations, falsely);
}

function cells(counter: string, ...columns: readonly (string | number | undefined)[]): string {
  return counter.padEnd(32) + columns.map((column) => String(column).padStart(14)).join('');
}
