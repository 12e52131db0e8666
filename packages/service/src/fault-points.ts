import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from './logger.ts';

const Fault = z
  .string()
  .regex(
    /^[a-z-]+:(stop|kill|fail|pause=\d{1,6})(@\d{1,6})?$/,
    'expected point:stop, :kill, :fail or :pause=MILLISECONDS, and @N for the Nth time',
  )
  .transform((text) => {
    const [point = '', what = ''] = text.split(':');
    const [action = '', time = '1'] = what.split('@');
    return { point, action, time: Number(time) };
  });

export const FAULT_SETTINGS = {
  FAULTS: {
    type: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(Fault)),
    help: 'for tests only: where this process is to stumble, such as after-commit:kill@3; separated by commas',
    optional: true,
  },
} as const;

/** A named step of a protocol at which a process may be made to stumble. Throws where it is to fail. */
export type FaultPoint = (name: string) => Promise<void>;

/** The points at which this process stumbles: `stop` as by SIGSTOP, `kill` as by SIGKILL, `fail` with an error, `pause` for so many ms. */
export function faultPoints(faults: readonly z.output<typeof Fault>[] = [], logger: Logger): FaultPoint {
  const passed = new Map<string, number>();
  return async (point) => {
    if (faults.length === 0) return;
    const time = (passed.get(point) ?? 0) + 1;
    passed.set(point, time);
    const fault = faults.find((candidate) => candidate.point === point && candidate.time === time);
    if (fault === undefined) return;
    logger.warn({ point, action: fault.action }, 'fault point');
    if (fault.action === 'fail') throw new FaultAsked(point);
    // What was logged is written in the background.
    await sleep(50);
    if (fault.action === 'stop') process.kill(process.pid, 'SIGSTOP');
    else if (fault.action === 'kill') process.kill(process.pid, 'SIGKILL');
    else await sleep(Number(fault.action.replace('pause=', '')));
  };
}

export class FaultAsked extends Error {
  override readonly name = 'FaultAsked';
  readonly retryable = true;
  constructor(point: string) {
    super(`asked to fail at ${point}`);
  }
}
