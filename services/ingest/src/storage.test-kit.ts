import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BlobServiceClient } from '@azure/storage-blob';
import { startFaultyProxy } from '@rollcall/local';
import { freePort, killed, newFolder, started } from './hub.test-kit.ts';

const AZURITE = createRequire(import.meta.resolve('@rollcall/local')).resolve('azurite/dist/src/blob/main.js');
const ACCOUNT = 'devstoreaccount1';
/** Azurite's published development key: not a secret. */
export const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azurite as a process of its own, and a proxy before it in which a test lets requests fail. */
export async function startStorage() {
  const [dir, port] = [newFolder(), await freePort()];
  const args = ['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', dir];
  const azurite = await started(
    spawn(process.execPath, [AZURITE, ...args, '--skipApiVersionCheck', '--disableTelemetry', '--loose'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
    'successfully',
  );
  const proxy = await startFaultyProxy(port);
  const url = `http://127.0.0.1:${proxy.port}/${ACCOUNT}`;
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${url};`;
  return {
    ...{ url, connectionString, proxy },
    /** Leaves of the checkpoints what Azure's own SDKs write. */
    async forgetLife() {
      const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('checkpoints');
      for await (const { name, metadata: { hubcreatedon: _, ...others } = {} } of container.listBlobsFlat({ includeMetadata: true })) {
        await container.getBlobClient(name).setMetadata(others);
      }
    },
    async stop() {
      proxy.stop();
      await killed(azurite);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type Storage = Awaited<ReturnType<typeof startStorage>>;
