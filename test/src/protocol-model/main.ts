import { type Bound, KAFKA_LOSES, LARGER, REDIS_LOSES } from './bound.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import { EQUIVALENTS, MUTATIONS } from './mutations.ts';
import { PROTOCOL, type Protocol } from './protocol.ts';
import { explore, type Violation } from './search.ts';
import { describe } from './trace.ts';

/** Explores the protocol to the full bound, then each mutation to its shortest counter-example. Exits 1 if the protocol, or a variant as
 *  good, breaks an invariant, or a mutation breaks no promise. */

let asExpected = true;

for (const bound of [REDIS_LOSES, KAFKA_LOSES, ...LARGER]) expectSafe(`the protocol; ${bound.name}`, PROTOCOL, bound);
for (const { name, choice } of EQUIVALENTS) {
  for (const bound of [REDIS_LOSES, KAFKA_LOSES]) expectSafe(`${name}; ${bound.name}`, { ...PROTOCOL, ...choice }, bound);
}
for (const { name, choice, bound, breaks } of MUTATIONS) {
  const violation = run(`mutation: ${name}`, { ...PROTOCOL, ...choice }, bound, [breaks]);
  if (violation) process.stdout.write(`${describe(violation)}\n\n`);
  else asExpected = false;
}
process.exitCode = asExpected ? 0 : 1;

function expectSafe(name: string, protocol: Protocol, bound: Bound): void {
  const violation = run(name, protocol, bound, INVARIANTS);
  if (!violation) return;
  asExpected = false;
  process.stdout.write(`${describe(violation)}\n\n`);
}

function run(name: string, protocol: Protocol, bound: Bound, invariants: readonly Invariant[]): Violation | undefined {
  const start = performance.now();
  const { states, transitions, violation } = explore(protocol, bound, invariants);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const outcome = violation ? `violated after ${violation.trace.length} steps` : 'no violation';
  process.stdout.write(`${name}: ${outcome}; ${states} states, ${transitions} transitions, ${seconds} s\n`);
  return violation;
}
