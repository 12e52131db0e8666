import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startStack } from '@rollcall/local';
import getPort from 'get-port';
import { expect, it, onTestFinished } from 'vitest';
import { EventHub, single } from './event-hub.ts';
import { sessionConnected } from './life-cycle-events.ts';
import { eventually } from './rollcall-under-test.ts';
import { RunningIngest } from './running-ingest.ts';
import { TopicFeed } from './topic-feed.ts';

const PROXY = fileURLToPath(new URL('../../dist/acceptance/connect-proxy.js', import.meta.url));

/** A proxy as a process of its own, and the tunnels that it has opened. */
async function startProxy(port = 0) {
  const child: ChildProcess = spawn(process.execPath, [PROXY, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line));
  await eventually(() => expect(lines).toHaveLength(1));
  const kill = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return { port: Number(lines[0]?.replace('listening on ', '')), tunnels: () => lines.slice(1), kill };
}

it('reads by AMQP over WebSockets through a proxy, as HTTPS_PROXY and NO_PROXY say, and waits for the proxy', {
  timeout: 180_000,
}, async () => {
  const stack = await startStack({ parts: ['kafka', 'azurite'] });
  onTestFinished(() => stack.stop());
  const [cert, key] = certificate(stack.dataDir, 'localhost');
  const port = await getPort({ host: '127.0.0.1' });
  const tls = { EVENTHUBS_WEBSOCKETS_PORT: String(port), EVENTHUBS_TLS_CERT_FILE: cert, EVENTHUBS_TLS_KEY_FILE: key };
  await stack.add('eventhubs', { as: 'hub-with-websockets', env: tls }).start();
  const proxy = await startProxy();
  const ingest = await RunningIngest.start(stack, 'ingest-behind-proxy', {
    EVENTHUBS_CONNECTION_STRING: `Endpoint=sb://localhost:${port};SharedAccessKeyName=local;SharedAccessKey=local`,
    EVENTHUBS_TRANSPORT: 'websockets',
    HTTPS_PROXY: `http://user:password@127.0.0.1:${proxy.port}`,
    // The blob storage, which the proxy would not serve.
    NO_PROXY: '127.0.0.1',
    NODE_EXTRA_CA_CERTS: cert,
  });
  await using feed = new TopicFeed(
    { brokers: [stack.kafkaBrokers], prefix: 'rollcall', clientId: 'proxy', retries: 5, logger: { debug: () => {} } },
    'rollcall.events',
  );
  const sendAndReceive = async (client: string) => {
    await using hub = new EventHub(stack.eventHubsConnectionString);
    await hub.send([single(sessionConnected({ namespace: 'proxied', client }))]);
    await eventually(() => expect(feed.of('proxied', client)).toHaveLength(1), 60_000);
  };
  await sendAndReceive('a');
  await eventually(async () => expect(await ingest.obstacles()).toBeUndefined());
  expect(new Set(proxy.tunnels())).toEqual(new Set([`tunnel to localhost:${port}`]));

  await proxy.kill();
  await eventually(async () => expect(await ingest.obstacles()).toContain('cannot ask Event Hubs'));
  await startProxy(proxy.port);
  await sendAndReceive('b');
  await eventually(async () => expect(await ingest.obstacles()).toBeUndefined());
  expect(ingest.part.log()).not.toContain('password');
});

/** Of its own, for one host name. Gives the files of the certificate and its key. */
function certificate(dir: string, host: string): [cert: string, key: string] {
  const [cert, key] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return [cert, key];
}
