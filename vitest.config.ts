import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services}/*/src/**/*.test.ts', 'infra/local/src/**/*.test.ts', 'test/src/bench/**/*.test.ts'],
          // Some start a process or a server, and the machine may be busy.
          testTimeout: 30_000,
        },
      },
      { test: { name: 'properties', include: ['test/src/{properties,protocol-model,mutants}/**/*.test.ts'] } },
      {
        test: {
          name: 'acceptance',
          include: ['test/src/acceptance/**/*.test.ts'],
          globalSetup: 'test/src/acceptance/shared-stack.ts',
          // The built packages run as they are, in Node itself.
          server: { deps: { external: [/\/dist\//] } },
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/src/chaos/**/*.test.ts'],
          server: { deps: { external: [/\/dist\//] } },
          // After the others: it waits for sessions to expire, and wants the machine for itself.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
