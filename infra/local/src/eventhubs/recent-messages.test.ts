import { expect, it } from 'vitest';
import { RecentMessages, type Remembering } from './recent-messages.ts';

function remember(recent: RecentMessages, bytes: number): Remembering {
  const event: Remembering = { message: undefined };
  recent.keep(event, Buffer.alloc(bytes));
  return event;
}

const lengths = (events: Remembering[]) => events.map(({ message }) => message?.length);

it('keeps the newest messages that fit', () => {
  const recent = new RecentMessages(10);
  const events = [4, 3, 3, 5].map((bytes) => remember(recent, bytes));
  expect(lengths(events)).toEqual([undefined, undefined, 3, 5]);
});

it('keeps no message that is larger than all it may keep', () => {
  const recent = new RecentMessages(10);
  const events = [4, 11, 2].map((bytes) => remember(recent, bytes));
  expect(lengths(events)).toEqual([undefined, undefined, 2]);
});

it('has room again for what it was told to forget', () => {
  const recent = new RecentMessages(10);
  const [first, second] = [remember(recent, 5), remember(recent, 5)];
  recent.forget(second);
  recent.forget(second);
  const third = remember(recent, 5);
  expect(lengths([first, second, third])).toEqual([5, undefined, 5]);
});
