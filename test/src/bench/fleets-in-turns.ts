import { type StartedStack, startStack } from '@rollcall/local';
import { load } from './query/load.ts';
import { withoutAppendOnlyFile } from './redis-settings.ts';

/** A fleet on a stack of its own. */
export interface MeasuredFleet<Run> {
  readonly clients: number;
  measure(round: number): Promise<Run>;
  stop(): Promise<void>;
}

/** Fleets of these sizes, all at once, measured in turns, for the machine is now faster, now slower. The round 0 does not count: new brokers and new
 *  projectors compile themselves. Gives the runs of each; at the end all have stopped. */
export async function fleetsInTurns<Run, Fleet>(
  sizes: readonly number[],
  rounds: number,
  loadFleet: (clients: number) => Promise<Fleet & MeasuredFleet<Run>>,
  say: (line: string) => void,
): Promise<ReadonlyMap<Fleet, readonly Run[]>> {
  const runs = new Map<Fleet & MeasuredFleet<Run>, Run[]>();
  try {
    for (const clients of sizes) runs.set(await loadFleet(clients), []);
    for (let round = 0; round <= rounds; round++) {
      for (const [fleet, ofFleet] of runs) {
        const run = await fleet.measure(round);
        if (round > 0) ofFleet.push(run);
        say(`round ${round} of ${rounds}, ${fleet.clients.toLocaleString('en')} clients`);
      }
    }
  } finally {
    for (const fleet of runs.keys()) await fleet.stop();
  }
  return runs;
}

/** Kafka, and Redis with a fleet in it as a projector writes it. */
export async function stackWithClients(
  clients: number,
  partitions: number,
  say: (line: string) => void,
): Promise<{ readonly stack: StartedStack; readonly bytesPerClient: number }> {
  const stack = await startStack({ parts: ['kafka', 'redis'] });
  try {
    await withoutAppendOnlyFile(stack.ports.redis);
    const began = performance.now();
    const bytesPerClient = await load(stack.redisUrl, clients, partitions, say);
    say(`${clients.toLocaleString('en')} clients loaded in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
    return { stack, bytesPerClient };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
