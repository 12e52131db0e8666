import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '@rollcall/service';

/** What becomes of a request to the blob storage: an HTTP status with the storage's code for it, no answer at all, or (undefined) what the emulator
 *  answers. */
export type Fault = { readonly status: number; readonly code: string } | 'silence' | undefined;

export interface FaultyProxy {
  readonly port: number;
  /** Asked about each request. Set it to let requests fail. */
  fault: (asked: IncomingMessage) => Fault;
  /** What becomes of the `Date` header of an answer. */
  date: (date: string) => string;
  stop(): void;
}

/** Stands before the blob storage emulator on 127.0.0.1, for tests. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const server = createServer((asked, answer) => {
    const fault = proxy.fault(asked);
    if (fault === 'silence') return;
    if (fault !== undefined) {
      const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${fault.code}</Code><Message>${fault.code}</Message></Error>`;
      answer.writeHead(fault.status, { 'x-ms-error-code': fault.code, 'content-type': 'application/xml' });
      answer.end(asked.method === 'HEAD' ? '' : body);
      return;
    }
    const { method, url: path, headers } = asked;
    const onward = request({ host: LOOPBACK, port: targetPort, method, path, headers }, (answered) => {
      const { date = '', ...others } = answered.headers;
      answer.writeHead(answered.statusCode ?? 500, { ...others, date: proxy.date(date) });
      answered.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  server.listen(0, LOOPBACK);
  await once(server, 'listening');
  const proxy: FaultyProxy = {
    port: (server.address() as AddressInfo).port,
    fault: () => undefined,
    date: (date) => date,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}
