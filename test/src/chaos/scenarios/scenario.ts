import { execFileSync } from 'node:child_process';
import type { RunningPart } from '@rollcall/local';
import type { World } from '../world.ts';

/** A story of faults. It starts the ingests and projectors that it needs; afterwards all must come to rest, whole. */
export interface Scenario {
  readonly name: string;
  /** Of Kafka. Default: 1. */
  readonly brokers?: number;
  readonly run: (world: World) => Promise<void>;
}

/** Beyond the group's session timeout, in ms: others have taken over what a silent projector had. */
export const LONGER_THAN_A_SESSION = 12_000;

/** Ingest, and a projector that has applied all of so many events: where a story begins that nothing else must disturb. */
export async function settled(world: World, events: number): Promise<RunningPart> {
  await world.addIngest();
  const projector = await world.addProjector();
  await world.traffic.send(events);
  await world.quiet();
  return projector;
}

/** The process stands still at the fault point that it was asked to stop at. */
export async function stopped(world: World, part: RunningPart, point: string): Promise<void> {
  await stumbled(world, part, point);
  // It says so just before.
  await world.until(`${part.name} stands still`, () => stateOf(part.pid).startsWith('T'));
}

/** As `ps` has it: T for stopped. */
function stateOf(pid: number | undefined): string {
  if (pid === undefined) return '';
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' });
}

/** The process has come to the fault point that it was asked to stumble at. */
export async function stumbled(world: World, part: RunningPart, point: string): Promise<void> {
  await world.until(`${part.name} stumbles ${point}`, () => part.log().includes(`"point":"${point}"`));
}

export async function restoring(world: World): Promise<void> {
  await world.until('a partition is being restored', async () => (await world.watermarks()).some((mark) => mark === undefined));
}
