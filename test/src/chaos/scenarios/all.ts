import { BROKERS } from './brokers.ts';
import { CUTS } from './cuts.ts';
import { OUTAGES } from './outages.ts';
import { PORTIONS } from './portions.ts';
import { REBUILDS } from './rebuilds.ts';
import type { Scenario } from './scenario.ts';
import { STUMBLES } from './stumbles.ts';
import { TRANSACTIONS } from './transactions.ts';

export const SCENARIOS: readonly Scenario[] = [...OUTAGES, ...CUTS, ...STUMBLES, ...PORTIONS, ...TRANSACTIONS, ...REBUILDS, ...BROKERS];
