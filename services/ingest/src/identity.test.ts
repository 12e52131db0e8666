import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it, onTestFinished, vi } from 'vitest';
import { connectAzure } from './azure.ts';
import { freePort } from './hub.test-kit.ts';
import { judge } from './remote-condition.ts';

it('waits for an identity endpoint that starts late, and says so: the same credential finds it', async () => {
  const port = await freePort();
  vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${port}/msi/token`);
  vi.stubEnv('IDENTITY_HEADER', 'header');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { client } = connectAzure({
    EVENTHUBS_CONNECTION_STRING: undefined,
    EVENTHUBS_NAMESPACE: 'localhost',
    EVENTHUBS_NAME: 'lifecycle',
    EVENTHUBS_CONSUMER_GROUP: '$Default',
    EVENTHUBS_TRANSPORT: 'amqp',
    CHECKPOINT_BLOB_CONNECTION_STRING: undefined,
    CHECKPOINT_BLOB_URL: 'https://localhost',
    CHECKPOINT_CONTAINER: 'checkpoints',
  });
  onTestFinished(() => client.close());
  const ask = () =>
    client.getEventHubProperties({ abortSignal: AbortSignal.timeout(25_000) }).then(
      () => expect.fail('nobody listens'),
      (error: unknown) => judge(error),
    );
  expect(await ask()).toEqual({ verdict: 'wait', reason: expect.stringContaining('the Azure identity gives no token') });

  const asked: string[] = [];
  const endpoint = createServer(({ url = '' }, answer) => {
    asked.push(url);
    const expires_on = String(Math.floor(Date.now() / 1_000) + 3_600);
    answer
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: 'token', token_type: 'Bearer', expires_on }));
  });
  endpoint.listen(port, '127.0.0.1');
  await once(endpoint, 'listening');
  onTestFinished(() => void endpoint.close());
  // It has a token now, and finds that nobody listens at that namespace.
  await vi.waitFor(async () => expect((await ask()).reason).toContain('nobody answers'), { timeout: 60_000, interval: 500 });
  expect(asked[0]).toContain('resource=https%3A%2F%2Feventhubs.azure.net');
}, 90_000);
