import type { Mutant } from './mutant.ts';
import type { Workspace } from './workspace.ts';

export interface Trial {
  readonly verdict: 'caught by units' | 'caught by properties' | 'survived' | 'broken' | 'stopped';
  readonly by: string;
}

/** In milliseconds, for a mutant that makes the fold go on for ever: it is caught then. */
const UNITS_TIMEOUT = 60_000;
const PROPERTIES_TIMEOUT = 300_000;

/** The unit tests first, for they are fast; the properties only where these see nothing. */
export async function tryMutant(workspace: Workspace, mutant: Mutant, signal?: AbortSignal): Promise<Trial> {
  for (const [suite, timeout] of [['units', UNITS_TIMEOUT] as const, ['properties', PROPERTIES_TIMEOUT] as const]) {
    const { verdict, by } = await workspace.run(suite, mutant, timeout, signal);
    if (verdict === 'broken' || verdict === 'stopped') return { verdict, by };
    if (verdict !== 'passed') return { verdict: `caught by ${suite}`, by: verdict === 'failed' ? by : 'the time-out' };
  }
  return { verdict: 'survived', by: '' };
}
