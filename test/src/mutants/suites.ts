/** In the order in which they are run: the fast ones first. */
export const SUITES = {
  units: [
    'packages/fold/src/session-memory.test.ts',
    'packages/fold/src/client-resource.test.ts',
    'packages/fold/src/session-conclusion.test.ts',
    'packages/fold/src/fold-batch.test.ts',
    'packages/fold/src/client.test.ts',
    'packages/fold/src/stored-session.test.ts',
    'packages/schema/src/state-record.test.ts',
    'packages/fold/src/version-1.test.ts',
    'packages/fold/src/fold.test.ts',
    'packages/fold/src/presence.test.ts',
    'packages/fold/src/state-record.test.ts',
    'packages/fold/src/stories.test.ts',
    'packages/fold/src/forgetting.test.ts',
  ],
  properties: ['test/src/properties/changes.test.ts', 'test/src/properties/law/law.test.ts', 'test/src/properties/model.test.ts'],
} as const;

export type Suite = keyof typeof SUITES;

/** The tests beside the source of the mutant first: mostly it is they that catch it. */
export function testsOf(suite: Suite, file: string | undefined): readonly string[] {
  const beside = file?.replace(/\.ts$/, '.test.ts');
  return [...SUITES[suite]].sort((a, b) => Number(b === beside) - Number(a === beside));
}
