import { describe, expect, it } from 'vitest';
import { hubAddress, rollcallOptions } from './settings.ts';

describe('where Rollcall is', () => {
  it('is the local stack unless told otherwise, on the ports of the same variables', () => {
    expect(rollcallOptions({ ROLLCALL_REDIS_PORT: '7000', ROLLCALL_KAFKA_PORT: '9000' })).toMatchObject({
      redisUrl: 'redis://127.0.0.1:7000',
      kafka: { brokers: ['127.0.0.1:9000'] },
      prefix: 'rollcall',
    });
    expect(hubAddress({ ROLLCALL_EVENTHUBS_PORT: '5000' }, 'lifecycle')).toMatchObject({
      hub: 'lifecycle',
      connectionString: expect.stringContaining('sb://127.0.0.1:5000;'),
    });
  });

  it('is what REDIS_URL, KAFKA_ and EVENTHUBS_ say, an empty one being none', () => {
    const env = { REDIS_URL: 'rediss://r:1', KAFKA_BROKERS: 'k:1,l:2', TOPIC_PREFIX: 'mine', EVENTHUBS_CONNECTION_STRING: '' };
    expect(rollcallOptions(env)).toMatchObject({ redisUrl: 'rediss://r:1', kafka: { brokers: ['k:1', 'l:2'] }, prefix: 'mine' });
    expect(hubAddress({ ...env, EVENTHUBS_NAMESPACE: 'ns.example', EVENTHUBS_NAME: 'hub' }, 'lifecycle')).toEqual({
      namespace: 'ns.example',
      hub: 'hub',
    });
    expect(hubAddress({ EVENTHUBS_CONNECTION_STRING: 'Endpoint=…' }, 'lifecycle')).toEqual({
      connectionString: 'Endpoint=…',
      hub: 'lifecycle',
    });
  });
});
