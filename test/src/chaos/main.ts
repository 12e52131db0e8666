import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { tell } from './scenarios/tell.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    clients: { type: 'string', default: '300' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);
for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.scenario ?? ''))) {
  const began = Date.now();
  const { verdict, healed, evidence } = await tell(scenario, { seed: Number(values.seed), clients: Number(values.clients) });
  const { violations, ...figures } = verdict;
  say(`${scenario.name}: ${violations.length === 0 ? 'holds' : 'VIOLATED'} after ${Math.round((Date.now() - began) / 1000)} s`);
  say(`  ${JSON.stringify({ ...figures, healed })}`);
  for (const violation of violations.slice(0, 10)) say(`  ${violation.slice(0, 2000)}`);
  if (evidence !== undefined) {
    say(`  evidence: ${evidence}`);
    process.exitCode = 1;
  }
}
