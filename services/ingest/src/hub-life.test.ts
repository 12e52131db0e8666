import { describe, expect, it } from 'vitest';
import { type Checkpoint, type Extent, type HubPosition, lifeOf, mayReplace, startOf } from './hub-life.ts';

const MONDAY = '2026-11-23T05:00:00.000Z';
const TUESDAY = '2026-11-24T05:00:00.000Z';
const at = (sequenceNumber: number, life: string | undefined): HubPosition => ({ sequenceNumber, offset: `${sequenceNumber * 100}`, life });
const written = (when: string, position: HubPosition): Checkpoint => ({ ...position, writtenAt: new Date(when) });
const hub = (life: string | undefined, lastSequenceNumber: number, isEmpty = false): Extent => ({ life, lastSequenceNumber, isEmpty });

describe('where to begin to read', () => {
  it('begins with the earliest event where there is no checkpoint', () => {
    expect(startOf(undefined, hub(MONDAY, 99))).toEqual({ from: 'earliest' });
  });

  it('goes on after a checkpoint of the same life, also at the very end and in a partition whose events have expired', () => {
    for (const extent of [hub(MONDAY, 600), hub(MONDAY, 499), hub(MONDAY, -1, true)]) {
      expect(startOf(at(499, MONDAY), extent)).toEqual({ from: 'after', position: at(499, MONDAY) });
    }
  });

  it.each([10, 600])('reads all of a hub that was created anew and has %i events', (events) => {
    const start = startOf(at(499, MONDAY), hub(TUESDAY, events - 1));
    expect(start).toEqual({
      from: 'earliest',
      anotherLife: `the checkpoint belongs to a hub created ${MONDAY}, and this one was created ${TUESDAY}`,
    });
  });

  it('takes a hub that was restored, with an older time of creation, for another one, too', () => {
    expect(startOf(at(499, TUESDAY), hub(MONDAY, 600))).toMatchObject({ from: 'earliest', anotherLife: expect.any(String) });
  });

  it('knows a checkpoint without a life by its age: it is older than the hub', () => {
    const old = written(MONDAY, at(499, undefined));
    expect(startOf(old, hub(TUESDAY, 600))).toMatchObject({ from: 'earliest', anotherLife: expect.stringContaining('was written') });
    const young = written(TUESDAY, at(499, undefined));
    expect(startOf(young, hub(MONDAY, 600))).toEqual({ from: 'after', position: young });
  });

  it('knows a checkpoint beyond the end, even where the hub was created at the same time', () => {
    const sign = 'the checkpoint is at number 499, and the last event has number 9';
    expect(startOf(at(499, MONDAY), hub(MONDAY, 9))).toEqual({ from: 'earliest', anotherLife: sign });
    expect(startOf(at(499, undefined), hub(undefined, 9))).toEqual({ from: 'earliest', anotherLife: sign });
  });

  it('goes on where the service does not say when the hub was created', () => {
    expect(startOf(at(499, MONDAY), hub(lifeOf(new Date(Number.NaN)), 600))).toMatchObject({ from: 'after' });
  });
});

describe('whether a checkpoint may take the place of another', () => {
  it.each([
    ['the first one', at(0, MONDAY), undefined, true],
    ['further on', at(750, MONDAY), at(749, MONDAY), true],
    ['behind: somebody who lost the partition', at(749, MONDAY), at(3069, MONDAY), false],
    ['the same', at(749, MONDAY), at(749, MONDAY), false],
    ['of a later life, however low', at(0, TUESDAY), at(3069, MONDAY), true],
    ['of an earlier life, however high', at(3069, MONDAY), at(0, TUESDAY), false],
    ['further on than one without a life', at(750, MONDAY), at(749, undefined), true],
    ['behind one without a life', at(749, MONDAY), at(3069, undefined), false],
    ['without a life, behind', at(749, undefined), at(3069, MONDAY), false],
  ])('%s', (_, next, stored, may) => {
    expect(mayReplace(next, stored)).toBe(may);
  });
});
