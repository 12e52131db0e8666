import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { expect, it } from 'vitest';
import { LogUnavailable } from './errors.ts';
import { whenReady } from './when-ready.ts';

const unknownTopic = answer('This server does not host this topic-partition', true);
const notAuthorized = answer('Not authorized to access topics', false);

it('asks again while brokers do not know yet of a topic that was just created', async () => {
  const failures = [unknownTopic, afterRetries(unknownTopic)];
  const answered = await whenReady(async () => {
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
    return 'created';
  });
  expect(answered).toBe('created');
});

it('gives up at once on a refusal, on a broker that cannot be reached, and on what is no answer of Kafka', async () => {
  for (const failure of [notAuthorized, new LogUnavailable('ask', true, new Error('connect ECONNREFUSED')), new Error('a bug')]) {
    let attempts = 0;
    const asked = whenReady(async () => {
      attempts++;
      throw failure;
    });
    await expect(asked).rejects.toBe(failure);
    expect(attempts).toBe(1);
  }
});

function answer(message: string, retriable: boolean): LogUnavailable {
  return new LogUnavailable('ask', true, new KafkaJSProtocolError({ message, retriable, type: 'ANY', code: 0 } as unknown as Error));
}

/** What kafkajs throws where it has asked again itself, and given up. */
function afterRetries({ cause }: LogUnavailable): LogUnavailable {
  return new LogUnavailable('ask', true, new KafkaJSNumberOfRetriesExceeded(cause as Error, { retryCount: 5, retryTime: 771 }));
}
