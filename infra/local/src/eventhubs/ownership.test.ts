import { expect, it } from 'vitest';
import { Ownership } from './ownership.ts';

const PLACE = '$Default/0';

it('lets any number of receivers without a level read together', () => {
  const ownership = new Ownership<string>();
  expect(ownership.enter(PLACE, 'a', undefined)).toEqual({ ousted: [] });
  expect(ownership.enter(PLACE, 'b', undefined)).toEqual({ ousted: [] });
});

it('ousts all of them for the first owner, and an owner for one of the same or a higher level', () => {
  const ownership = new Ownership<string>();
  ownership.enter(PLACE, 'a', undefined);
  ownership.enter(PLACE, 'b', undefined);
  expect(ownership.enter(PLACE, 'owner', 0)).toEqual({ ousted: ['a', 'b'] });
  expect(ownership.enter(PLACE, 'same', 0)).toEqual({ ousted: ['owner'] });
  expect(ownership.enter(PLACE, 'higher', 9)).toEqual({ ousted: ['same'] });
});

it('refuses a lower level and none at all while the owner is there', () => {
  const ownership = new Ownership<string>();
  ownership.enter(PLACE, 'owner', 5);
  expect(ownership.enter(PLACE, 'lower', 4)).toEqual({ refusedBy: 5 });
  expect(ownership.enter(PLACE, 'none', undefined)).toEqual({ refusedBy: 5 });
  ownership.leave(PLACE, 'owner');
  expect(ownership.enter(PLACE, 'none', undefined)).toEqual({ ousted: [] });
});

it('does not let an ousted owner that leaves late take the place from its successor', () => {
  const ownership = new Ownership<string>();
  ownership.enter(PLACE, 'former', 1);
  ownership.enter(PLACE, 'owner', 1);
  ownership.leave(PLACE, 'former');
  expect(ownership.enter(PLACE, 'none', undefined)).toEqual({ refusedBy: 1 });
});

it('keeps consumer groups and partitions apart', () => {
  const ownership = new Ownership<string>();
  ownership.enter('$Default/0', 'owner', 5);
  expect(ownership.enter('$Default/1', 'other', undefined)).toEqual({ ousted: [] });
  expect(ownership.enter('another/0', 'other', undefined)).toEqual({ ousted: [] });
});
