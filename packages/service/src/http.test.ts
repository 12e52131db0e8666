import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from './config.ts';
import { HTTP_SETTINGS, serveHttp } from './http.ts';
import type { Logger } from './logger.ts';
import { Counter, createMetrics } from './metrics.ts';
import { Readiness } from './readiness.ts';

async function serve(env: Record<string, string> = {}) {
  const readiness = new Readiness();
  const metrics = createMetrics();
  let served: { address: string; port: number } | undefined;
  const logger = { info: (fields: { address: string; port: number }) => (served = fields) } as unknown as Logger;
  const stop = await serveHttp(readConfig(HTTP_SETTINGS, env), { readiness, metrics, logger });
  onTestFinished(stop);
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${served?.port}${path}`, init);
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  };
  return { readiness, metrics, get, stop, served };
}

it('is not ready while something is in the way, and says what, a line each; but alive', async () => {
  const { readiness, get } = await serve();
  readiness.block('cannot write to Kafka');
  readiness.block('partition 3 is being taken over');
  expect(await get('/readyz')).toMatchObject({ status: 503, text: 'cannot write to Kafka\npartition 3 is being taken over\n' });
  expect(await get('/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  readiness.clear('cannot write to Kafka');
  readiness.clear('partition 3 is being taken over');
  expect(await get('/readyz?verbose')).toMatchObject({ status: 200, text: 'ok\n' });
});

it('gives Prometheus what is counted', async () => {
  const { metrics, get } = await serve();
  new Counter({ name: 'sheep_total', help: 'Sheep', registers: [metrics] }).inc(3);
  const { status, text, type } = await get('/metrics');
  expect([status, type]).toEqual([200, metrics.contentType]);
  expect(text).toContain('sheep_total 3');
});

it('knows no other path and changes nothing', async () => {
  const { get } = await serve();
  expect(await get('/')).toMatchObject({ status: 404, text: 'try /livez, /readyz or /metrics\n' });
  expect((await get('/livez', { method: 'POST' })).status).toBe(405);
  expect(await get('/readyz', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
});

it('listens on this machine only, unless told otherwise', async () => {
  const { served } = await serve();
  expect(served?.address).toBe('127.0.0.1');
});

it('is gone when stopped, open connections or not', async () => {
  const { get, stop } = await serve();
  await get('/livez');
  await stop();
  await expect(get('/livez')).rejects.toThrow();
});

it('says in a line what a person must mend where the port is taken, or the address is none of this machine', async () => {
  const { served } = await serve();
  const taken = serve({ HTTP_PORT: `${served?.port}` });
  await expect(taken).rejects.toThrow(
    `cannot serve health and metrics at 127.0.0.1:${served?.port}: another process has this port; set HTTP_HOST and HTTP_PORT`,
  );
  await expect(taken).rejects.toMatchObject({ retryable: false });
  await expect(serve({ HTTP_HOST: '192.0.2.1' })).rejects.toThrow(
    /^cannot serve .* at 192\.0\.2\.1:0: .*EADDRNOTAVAIL.*; set HTTP_HOST and HTTP_PORT$/,
  );
});
