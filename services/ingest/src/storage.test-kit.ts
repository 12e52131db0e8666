import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { BlobServiceClient } from '@azure/storage-blob';
import { freePort, killed, newFolder, started } from './hub.test-kit.ts';

const AZURITE = createRequire(new URL('../../../infra/local/package.json', import.meta.url)).resolve('azurite/dist/src/blob/main.js');
const ACCOUNT = 'devstoreaccount1';
/** Azurite's published development key: not a secret. */
export const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** What becomes of a request: an HTTP status with the storage's code for it, no answer at all, or (undefined) what Azurite answers. */
export type Fault = { readonly status: number; readonly code: string } | 'silence' | undefined;

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
  const state: { fault: (asked: IncomingMessage) => Fault; date?: (date: string) => string } = { fault: () => undefined };
  const held = new Set<IncomingMessage>();
  const proxy = createServer((asked, answer) => {
    const fault = state.fault(asked);
    if (fault === 'silence') return void held.add(asked);
    if (fault !== undefined) {
      const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`;
      answer
        .writeHead(fault.status, { 'x-ms-error-code': fault.code, 'content-type': 'application/xml' })
        .end(asked.method === 'HEAD' ? '' : body);
      return;
    }
    const onward = request({ port, host: '127.0.0.1', method: asked.method, path: asked.url, headers: asked.headers }, (answered) => {
      const { date = '', ...headers } = answered.headers;
      answer.writeHead(answered.statusCode ?? 500, { ...headers, date: state.date?.(date) ?? date });
      answered.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const at = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/${ACCOUNT}`;
  const connectionString = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${at};`;
  return {
    url: at,
    connectionString,
    /** Every request is asked about, until it is set again. */
    set fault(fault: (asked: IncomingMessage) => Fault) {
      state.fault = fault;
    },
    set date(date: (date: string) => string) {
      state.date = date;
    },
    /** Leaves of the checkpoints what Azure's own SDKs write. */
    async forgetLife() {
      const service = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('checkpoints');
      for await (const { name, metadata: { hubcreatedon: _, ...others } = {} } of service.listBlobsFlat({ includeMetadata: true })) {
        await service.getBlobClient(name).setMetadata(others);
      }
    },
    async stop() {
      proxy.closeAllConnections();
      proxy.close();
      await killed(azurite);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export type Storage = Awaited<ReturnType<typeof startStorage>>;
