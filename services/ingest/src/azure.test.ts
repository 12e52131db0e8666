import { readConfig } from '@rollcall/service';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectAzure } from './azure.ts';
import { SETTINGS } from './settings.ts';

const HUBS = 'Endpoint=sb://hubs.servicebus.windows.net/;SharedAccessKeyName=reader;SharedAccessKey=geheim';
const BLOBS = 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Z2VoZWlt;EndpointSuffix=core.windows.net';
const SAS = 'sv=2024-11-04&sr=c&sp=rwlc&sig=geheim';
const connect = (env: NodeJS.ProcessEnv) =>
  connectAzure(
    readConfig(SETTINGS, {
      ...{ EVENTHUBS_NAME: 'lifecycle', KAFKA_BROKERS: 'k:1', EVENTHUBS_CONNECTION_STRING: HUBS, CHECKPOINT_BLOB_CONNECTION_STRING: BLOBS },
      ...env,
    }),
  );

describe('settings that end the process at its start', () => {
  it.each([
    ['no event hub', { EVENTHUBS_CONNECTION_STRING: '' }, 'EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE must be set'],
    ['no storage', { CHECKPOINT_BLOB_CONNECTION_STRING: '' }, 'CHECKPOINT_BLOB_CONNECTION_STRING or CHECKPOINT_BLOB_URL must be set'],
    ['a connection string of something else', { EVENTHUBS_CONNECTION_STRING: 'geheim' }, 'EVENTHUBS_CONNECTION_STRING is wrong'],
    [
      'a key without its name',
      { EVENTHUBS_CONNECTION_STRING: 'Endpoint=sb://h/;SharedAccessKey=geheim' },
      'EVENTHUBS_CONNECTION_STRING is wrong',
    ],
    [
      'two names of the event hub',
      { EVENTHUBS_CONNECTION_STRING: `${HUBS};EntityPath=other` },
      'EVENTHUBS_CONNECTION_STRING is for the event hub other, and EVENTHUBS_NAME is lifecycle',
    ],
    ['a namespace that is no host', { EVENTHUBS_NAMESPACE: 'https://hubs/' }, 'EVENTHUBS_NAMESPACE is wrong: expected a host name'],
    [
      'a storage connection string of something else',
      { CHECKPOINT_BLOB_CONNECTION_STRING: 'geheim' },
      'CHECKPOINT_BLOB_CONNECTION_STRING is wrong',
    ],
    [
      'a URL that is none',
      { CHECKPOINT_BLOB_CONNECTION_STRING: '', CHECKPOINT_BLOB_URL: 'geheim' },
      'CHECKPOINT_BLOB_URL is wrong: such as https://account',
    ],
    [
      'the Azure identity without TLS',
      { CHECKPOINT_BLOB_CONNECTION_STRING: '', CHECKPOINT_BLOB_URL: 'http://a.blob.core.windows.net' },
      'CHECKPOINT_BLOB_URL is wrong: the Azure identity needs https',
    ],
    [
      'two names of the container',
      { CHECKPOINT_BLOB_CONNECTION_STRING: '', CHECKPOINT_BLOB_URL: `https://a.blob.core.windows.net/other?${SAS}` },
      'CHECKPOINT_BLOB_URL is for the container other, and CHECKPOINT_CONTAINER is rollcall-checkpoints',
    ],
    ['a container that cannot exist', { CHECKPOINT_CONTAINER: 'Not_A_Name' }, 'CHECKPOINT_CONTAINER is wrong: expected 3 to 63'],
    ['a transport that is none', { EVENTHUBS_TRANSPORT: 'http' }, 'EVENTHUBS_TRANSPORT is wrong'],
  ])('%s', (_, env, says) => {
    const failing = () => connect(env);
    expect(failing).toThrow(expect.objectContaining({ name: 'ConfigInvalid', message: expect.stringContaining(says) }));
    expect(failing).not.toThrow('geheim');
  });
});

describe('settings that are taken', () => {
  it.each([
    ['an account by its URL', 'https://a.blob.core.windows.net'],
    ['an account by its URL and a signature', `https://a.blob.core.windows.net/?${SAS}`],
    ['a container by its URL and a signature', `https://a.blob.core.windows.net/rollcall-checkpoints?${SAS}`],
    ["an emulator's container", `http://127.0.0.1:10000/devstoreaccount1/rollcall-checkpoints?${SAS}`],
    ["an emulator's account", `http://127.0.0.1:10000/devstoreaccount1?${SAS}`],
  ])('%s', (_, url) => {
    expect(() => connect({ CHECKPOINT_BLOB_CONNECTION_STRING: '', CHECKPOINT_BLOB_URL: url })).not.toThrow();
  });

  it.each([
    ['the event hub in the connection string', { EVENTHUBS_CONNECTION_STRING: `${HUBS};EntityPath=lifecycle` }],
    ['the Azure identity', { EVENTHUBS_CONNECTION_STRING: '', EVENTHUBS_NAMESPACE: 'hubs.servicebus.windows.net' }],
    [
      'a container by a signature in a connection string',
      { CHECKPOINT_BLOB_CONNECTION_STRING: `BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=${SAS}` },
    ],
    ['WebSockets', { EVENTHUBS_TRANSPORT: 'websockets' }],
  ])('%s', (_, env) => {
    expect(() => connect(env)).not.toThrow();
  });
});

describe('a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('that is no URL ends the process, unless it is not used', () => {
    vi.stubEnv('HTTPS_PROXY', 'socks://user:geheim@proxy:1080');
    expect(() => connect({ EVENTHUBS_TRANSPORT: 'websockets' })).toThrow('HTTPS_PROXY is wrong: expected http://host:port');
    expect(() => connect({})).not.toThrow();
    vi.stubEnv('NO_PROXY', '.servicebus.windows.net');
    expect(() => connect({ EVENTHUBS_TRANSPORT: 'websockets' })).not.toThrow();
  });
});
