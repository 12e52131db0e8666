import type { ReceivedEventData } from '@azure/event-hubs';
import { describe, expect, it } from 'vitest';
import { type PartitionReadAhead, ReadAhead } from './read-ahead.ts';

const MB = 1_048_576;
const LIMIT = 64 * MB;
const event = (bytes: number) => ({ body: Buffer.alloc(bytes), properties: {} }) as unknown as ReceivedEventData;

/** A receiver as the SDK has it: asks, and queues what comes. */
class Receiver {
  credit = 0;
  queue: ReceivedEventData[] = [];
  constructor(readonly ahead: PartitionReadAhead) {
    ahead.opened();
    this.ask();
  }
  ask() {
    this.credit += this.ahead.more(this.credit);
  }
  /** Whether it came: only what is asked for does. */
  comes(bytes: number): boolean {
    if (this.credit === 0) return false;
    this.credit--;
    const came = event(bytes);
    this.queue.push(came);
    this.ahead.arrived(came);
    this.ask();
    return true;
  }
}

describe('what is read ahead', () => {
  it.each([1, 4, 32])('stays within its bound with events of 1 MB in %i partitions, and one more for each that has none', (count) => {
    const all = new ReadAhead(LIMIT);
    all.expected = count;
    const receivers = Array.from({ length: count }, () => new Receiver(all.open()));
    while (receivers.some((receiver) => receiver.comes(MB - 4_096)));
    expect(all.held).toBeGreaterThan(LIMIT / 2);
    expect(all.held).toBeLessThanOrEqual(LIMIT + count * MB);
  });

  it('asks for no more after any number of empty receives, and for a bounded number after any number of small events', () => {
    const all = new ReadAhead(LIMIT);
    all.expected = 2;
    const [a, b] = [new Receiver(all.open()), new Receiver(all.open())];
    for (let n = 0; n < 1_000; n++) a.ask();
    expect([a.credit, b.credit]).toEqual([32, 32]);
    for (let n = 0; n < 5_000; n++) {
      a.comes(100);
      a.ahead.take(a.queue);
      a.ahead.release(a.queue.splice(0));
      a.ask();
    }
    expect(a.credit).toBeGreaterThan(40);
    expect(a.credit).toBeLessThanOrEqual(80);
    for (let n = 0; n < 1_000; n++) a.ask();
    expect(a.credit).toBeLessThanOrEqual(80);
  });

  it('takes back what it asked for while small events came, once none come any more', () => {
    let now = 0;
    const all = new ReadAhead(LIMIT, () => now);
    const receiver = new Receiver(all.open());
    for (let n = 0; n < 5_000; n++) {
      receiver.comes(100);
      receiver.ahead.take(receiver.queue);
      receiver.ahead.release(receiver.queue.splice(0));
    }
    expect(receiver.credit).toBeGreaterThan(80);
    now = 3_999;
    receiver.ask();
    expect(receiver.credit).toBeGreaterThan(80);
    now = 4_000;
    receiver.ask();
    expect(receiver.credit).toBe(64);
  });

  it('asks for as few as at first once a large event comes among small ones', () => {
    const all = new ReadAhead(LIMIT);
    const receiver = new Receiver(all.open());
    const receive = (bytes: number) => {
      receiver.comes(bytes);
      receiver.ahead.take(receiver.queue);
      receiver.ahead.release(receiver.queue.splice(0));
      receiver.ask();
    };
    for (let n = 0; n < 5_000; n++) receive(100);
    expect(receiver.credit).toBeGreaterThan(80);
    for (let n = 0; n < 300; n++) receive(MB);
    expect(receiver.credit).toBeLessThanOrEqual(64);
  });

  it('holds many small events, for each counts with what it takes besides its body', () => {
    const all = new ReadAhead(LIMIT);
    const receiver = new Receiver(all.open());
    let came = 0;
    while (receiver.comes(600)) came++;
    expect(came).toBeGreaterThan(10_000);
    expect(all.held).toBeLessThanOrEqual(LIMIT);
  });

  it('asks again when events are safe, and not before', () => {
    const all = new ReadAhead(2 * MB);
    const receiver = new Receiver(all.open());
    while (receiver.comes(MB));
    const events = receiver.queue.splice(0);
    receiver.ahead.take(events);
    receiver.ask();
    expect(receiver.credit).toBe(0);
    receiver.ahead.release(events);
    receiver.ask();
    expect(receiver.credit).toBeGreaterThan(0);
  });

  it('forgets what a link had when it is opened again, and a partition that was given up', () => {
    const all = new ReadAhead(LIMIT);
    const receiver = new Receiver(all.open());
    while (receiver.comes(MB));
    receiver.ahead.opened();
    expect(all.held).toBe(0);
    const other = new Receiver(all.open());
    while (other.comes(MB));
    other.ahead.close();
    expect(all.held).toBe(0);
  });

  it('asks for fewer once it has seen events larger than any that are usual', () => {
    const all = new ReadAhead(LIMIT);
    const receiver = new Receiver(all.open());
    receiver.comes(20 * MB);
    receiver.queue = [];
    receiver.ahead.opened();
    receiver.credit = 0;
    receiver.ask();
    expect(receiver.credit).toBe(3);
  });
});
