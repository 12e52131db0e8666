import { createRequire } from 'node:module';
import path from 'node:path';
import { LOOPBACK, type LocalStack } from '@rollcall/service';
import type { Part } from './part.ts';

const MAIN = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js');

/** Microsoft's emulator of blob storage, where ingest keeps its checkpoints. */
export function azurite(stack: LocalStack): Part {
  const port = stack.ports.azurite;
  const location = path.join(stack.dataDir, 'azurite');
  return {
    name: 'azurite',
    async command() {
      const args = ['--blobHost', LOOPBACK, '--blobPort', String(port), '--location', location];
      return { file: process.execPath, args: [MAIN, ...args, '--silent', '--skipApiVersionCheck', '--disableTelemetry', '--loose'] };
    },
    async answers() {
      try {
        const answer = await fetch(`http://${LOOPBACK}:${port}/`, { signal: AbortSignal.timeout(1_000) });
        await answer.arrayBuffer();
        return answer.headers.get('server')?.startsWith('Azurite') ?? false;
      } catch {
        return false;
      }
    },
  };
}
