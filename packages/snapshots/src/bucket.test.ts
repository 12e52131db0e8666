import { clientSnapshot } from '@rollcall/fold';
import { connected, deadline, deleted, disconnected, updated } from '@rollcall/fold/testing';
import type { LogEvent } from '@rollcall/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, parseBucket, traitsOf } from './bucket.ts';
import { clientsAfter, histories } from './histories.test-kit.ts';

const bucketAfter = (...log: LogEvent[]) => clientsAfter(log).map((client) => bucketOf(clientSnapshot(client)));

describe('the bucket of a client', () => {
  it('is what the documentation says', () => {
    expect(bucketAfter(connected(1n))).toEqual(['myns/online///unknown/']);
    expect(bucketAfter(connected(1n), updated('12:00:00'))).toEqual(['myns/online///yes/Enabled']);
    const ended = disconnected(1n, '12:01:00', { reason: 'a/b' });
    expect(bucketAfter(ended)).toEqual(['myns/offline/pending/a%2Fb/unknown/']);
    expect(bucketAfter(ended, deadline('12:01:00'))).toEqual(['myns/offline/confirmed/a%2Fb/unknown/']);
    expect(bucketAfter(updated('12:00:00', { state: 'Disabled' }))).toEqual(['myns/unknown///yes/Disabled']);
  });

  it('has no state of a resource that was deleted', () => {
    expect(bucketAfter(updated('12:00:00'), deleted('13:00:00'))).toEqual(['myns/unknown///no/']);
  });

  it('says all that clients can be listed by', () => {
    fc.assert(
      fc.property(histories(), (log) => {
        for (const snapshot of clientsAfter(log).map(clientSnapshot)) expect(parseBucket(bucketOf(snapshot))).toEqual(traitsOf(snapshot));
      }),
      { numRuns: 200, seed: 20_260_301 },
    );
  });
});
