import type { Verdict } from '../verdict.ts';
import { World } from '../world.ts';
import type { Scenario } from './scenarios.ts';

export interface Told {
  readonly verdict: Verdict;
  /** From the end of the traffic until all was quiet, in ms. */
  readonly healed: number;
  /** Where logs and data were kept; only where something is wrong. */
  readonly evidence?: string;
}

export interface TellOptions {
  readonly seed: number;
  readonly clients: number;
  /** Path of another build of the projector. */
  readonly projector?: string | undefined;
}

/** Tells one scenario on a stack of its own, and holds the outcome against the fold. What does not come to rest is a violation, too. */
export async function tell(scenario: Scenario, options: TellOptions): Promise<Told> {
  const world = await World.start({ ...options, ...(scenario.env && { env: scenario.env }) });
  let stuck: string | undefined;
  let healed = Number.NaN;
  try {
    for (let n = 0; n < scenario.projectors; n++) await world.addProjector();
    await scenario.run(world);
    await world.traffic.flush();
    healed = await world.quiet();
  } catch (error) {
    stuck = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const found = await world.verdict().catch((error: unknown) => `cannot judge: ${error}`);
  const verdict = typeof found === 'string' ? { ...NOTHING, violations: [found] } : found;
  const violations = [...(stuck === undefined ? [] : [stuck]), ...verdict.violations];
  const keep = violations.length > 0;
  await world.end(keep);
  return { verdict: { ...verdict, violations }, healed, ...(keep && { evidence: world.dataDir }) };
}

const NOTHING: Verdict = { violations: [], events: 0, changes: 0, clients: 0, lost: 0, duplicated: 0, redisDifferences: 0 };
