import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Config } from './config.ts';
import { wholeNumber } from './kafka-settings.ts';
import type { Logger } from './logger.ts';
import type { Readiness } from './readiness.ts';

export const HTTP_SETTINGS = {
  HTTP_HOST: { type: z.string(), help: 'address of /livez, /readyz and /metrics', default: '127.0.0.1' },
  HTTP_PORT: { type: wholeNumber(0, 65_535), help: 'its port; 0: a free one, which the log names', default: '0' },
} as const;

/** Serves health and metrics: `/livez` 200 while the process runs, `/readyz` 200 or 503 with what is in the way, a line each, `/metrics` for
 *  Prometheus. Returns what stops it. Throws CannotServe. */
export async function serveHttp(
  config: Config<typeof HTTP_SETTINGS>,
  { readiness, metrics, logger }: { readonly readiness: Readiness; readonly metrics: Registry; readonly logger: Logger },
): Promise<() => Promise<void>> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8') =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'only GET\n');
    switch (request.url?.split('?')[0]) {
      case '/livez':
        return answer(200, 'ok\n');
      case '/readyz':
        return readiness.obstacles.length === 0 ? answer(200, 'ok\n') : answer(503, `${readiness.obstacles.join('\n')}\n`);
      case '/metrics':
        return answer(200, await metrics.metrics(), metrics.contentType);
      default:
        return answer(404, 'try /livez, /readyz or /metrics\n');
    }
  });
  server.requestTimeout = 10_000;
  server.listen(config.HTTP_PORT, config.HTTP_HOST);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw new CannotServe(config.HTTP_HOST, config.HTTP_PORT, error);
  });
  const { address, port } = server.address() as AddressInfo;
  logger.info({ address, port }, 'serving health and metrics');
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}

/** The address is taken, is none of this machine's, or needs rights that this process has not: a person must choose another. */
export class CannotServe extends Error {
  override readonly name = 'CannotServe';
  readonly retryable = false;
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EADDRINUSE' ? 'another process has this port' : cause.message;
    super(`cannot serve health and metrics at ${host}:${port}: ${why}; set HTTP_HOST and HTTP_PORT`, { cause });
  }
}
