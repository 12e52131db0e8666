import { startStack } from '@rollcall/local';
import type { TestProject } from 'vitest/node';
import { HUB_ENV } from './event-hub.ts';
import type { StackAddresses } from './rollcall-under-test.ts';

declare module 'vitest' {
  interface ProvidedContext {
    stack: StackAddresses;
  }
}

/** One stack for all tests that kill nothing; each uses namespaces or clients of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // No client is confirmed offline while a test looks at it: deadlines.test.ts has stacks of its own.
  const { env, kafkaBrokers, redisUrl, eventHubsConnectionString, ports, stop } = await startStack({
    env: { ...HUB_ENV, OFFLINE_GRACE: '1h' },
  });
  project.provide('stack', { env, kafkaBrokers, redisUrl, eventHubsConnectionString, ports });
  return stop;
}
