import { once } from 'node:events';
import type { LocalStack } from '@rollcall/service';
import { claim } from './claim.ts';
import { greet } from './greeting.ts';
import { endLeftBehind } from './left-behind.ts';
import { showChanges } from './live-view.ts';
import { PART_NAMES } from './part.ts';
import { Stack } from './stack.ts';
import { checkPorts } from './taken-ports.ts';
import type { Terminal } from './terminal.ts';

export interface RunStackOptions {
  readonly addresses: LocalStack;
  /** What the parts inherit. */
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  /** Without the live view. */
  readonly quiet: boolean;
  /** Aborts when everything is to stop in order. */
  readonly stop: AbortSignal;
  /** Aborts when everything is to stop at once. */
  readonly stopNow: AbortSignal;
}

/** Runs the whole stack in the foreground until it is asked to stop. Throws CannotRun or PartFailed, with nothing left running. */
export async function runStack({ addresses, env, terminal, quiet, stop, stopNow }: RunStackOptions): Promise<void> {
  const started = Date.now();
  const release = claim(addresses.dataDir);
  // Given up at once: a start that comes while the parts still end may go on, it ends them too.
  stop.addEventListener('abort', release);
  try {
    const ended = await endLeftBehind(addresses.dataDir);
    if (ended.length > 0) terminal.line(`Ended what an earlier start had left behind: ${ended.join(', ')}`);
    await checkPorts(addresses.ports);
    const stack = new Stack(addresses, {
      parts: PART_NAMES,
      restarts: PART_NAMES,
      env,
      onEvent: (part, event) => terminal.event(part, event),
    });
    stopNow.addEventListener('abort', () => stack.killNow());
    try {
      terminal.line(`${terminal.style('bold', "Rollcall's local stack")}\n`);
      await stack.start(stop);
      greet(terminal, addresses, Date.now() - started);
      if (!quiet) await showChanges(addresses, terminal, stop);
      if (!stop.aborted) await once(stop, 'abort');
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      if (stop.aborted) terminal.line('\nStopping …');
      await stack.stop();
      if (stop.aborted) terminal.line('Stopped');
    }
  } finally {
    release();
  }
}
