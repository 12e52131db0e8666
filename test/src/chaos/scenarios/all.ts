import { CUTS } from './cuts.ts';
import { OUTAGES } from './outages.ts';
import type { Scenario } from './scenario.ts';
import { STUMBLES } from './stumbles.ts';

export const SCENARIOS: readonly Scenario[] = [...OUTAGES, ...CUTS, ...STUMBLES];
