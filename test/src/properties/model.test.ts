import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_SETTINGS, type FoldSettings } from '@rollcall/fold';
import type { LogEvent } from '@rollcall/schema';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NAMESPACE } from './events.ts';
import { histories } from './history.ts';
import { type ClientView, modelClient } from './model.ts';
import { replay, view } from './replay.ts';
import { seed, share } from './seed.ts';

const HISTORIES = share(100_000);

it(`the fold and the naive model see the same in ${HISTORIES} histories`, { timeout: 120_000 }, () => {
  let compared = 0;
  const situations = new Map<string, number>();
  fc.assert(
    fc.property(histories('honest'), (log) => {
      for (const agreed of compare(log, DEFAULT_SETTINGS)) {
        for (const situation of situationsOf(agreed)) situations.set(situation, (situations.get(situation) ?? 0) + 1);
      }
      compared++;
    }),
    { numRuns: HISTORIES, seed },
  );
  const met = [...situations].map(([situation, times]) => `${situation} ${times}`).join(', ');
  process.stdout.write(`fold and model compared on ${compared} histories (seed ${seed}): ${met}\n`);
  expect(compared).toBeGreaterThanOrEqual(HISTORIES);
  expect(situations.size).toBe(6);
  expect(Math.min(...situations.values())).toBeGreaterThan(HISTORIES / 1_000);
});

it('they agree also where nothing is tolerated: no clock skew, no late disconnect', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(histories('honest'), (log) => {
      compare(log, { ...DEFAULT_SETTINGS, clockSkew: 0n, lateDisconnect: 0n });
    }),
    { numRuns: share(10_000), seed },
  );
});

/** Throws where fold and model disagree, else what both say of each client. */
function compare(log: readonly LogEvent[], settings: FoldSettings): ClientView[] {
  return [...replay(log, settings)].map(([name, state]) => {
    const events = log.filter((event) => event.data.clientAuthenticationName === name);
    const model = modelClient(NAMESPACE, name, events, settings);
    const seen = view(state);
    if (!isDeepStrictEqual(seen, model)) expect(seen).toEqual(model);
    return model;
  });
}

/** What the histories must have led to, or the comparison proves little. */
function situationsOf({ client, sessions }: ClientView): string[] {
  return [
    ...(client.presence === 'online' && client.connectedSessions === 0 ? ['online by take-over'] : []),
    ...(client.offlineConfirmed ? ['offline confirmed'] : []),
    ...(client.exists === 'no' && client.createdOn !== undefined ? ['deleted after created'] : []),
    ...sessions.filter(({ status, counterRestarted }) => status === 'connected' && counterRestarted).map(() => 'connected after restart'),
    ...sessions
      .filter(({ status, counterRestarted }) => status === 'disconnected' && counterRestarted)
      .map(() => 'disconnected after restart'),
    ...sessions.filter(({ connectedAt }) => connectedAt === undefined).map(() => 'ended without Connected'),
  ];
}
