import { EventEmitter } from 'node:events';
import type { Kafka } from 'kafkajs';
import { beforeEach, expect, it, vi } from 'vitest';
import { GroupMember } from './group-member.ts';

/** The client's consumer, as far as a member drives it: what it was told, and events for the member to hear. */
const told: string[] = [];
let events = new EventEmitter();
let startingAnew = false;

vi.mock('./kafka.ts', () => ({
  createKafka: () =>
    ({
      consumer: () => ({
        events: { CRASH: 'crash', GROUP_JOIN: 'join' },
        on: (name: string, listener: (event: unknown) => void) => events.on(name, listener),
        connect: async () => {},
        subscribe: async () => {},
        run: async () => {},
        pause: ([{ partitions }]: [{ partitions: number[] }]) => {
          if (startingAnew) throw new Error('Consumer group was not initialized');
          told.push(`pause ${partitions}`);
        },
        seek: ({ partition, offset }: { partition: number; offset: string }) => told.push(`seek ${partition} to ${offset}`),
        resume: ([{ partitions }]: [{ partitions: number[] }]) => told.push(`resume ${partitions}`),
      }),
    }) as unknown as Kafka,
}));

const assignments: (readonly number[])[] = [];
const crashes: unknown[] = [];

async function join(): Promise<GroupMember> {
  const member = new GroupMember(
    { brokers: [], prefix: 'rollcall', clientId: 'test', retries: 0, logger: { debug: () => {} } },
    {
      groupId: 'group',
      topic: 'rollcall.events',
      concurrency: 1,
      onAssigned: (partitions) => assignments.push(partitions),
      onBatch: async () => {},
    },
  );
  await member.join((error) => crashes.push(error));
  return member;
}

const assigned = (...partitions: number[]) => events.emit('join', { payload: { memberAssignment: { 'rollcall.events': partitions } } });
const crashed = (restart: boolean) => events.emit('crash', { payload: { error: 'no brokers', restart } });

beforeEach(() => {
  for (const list of [told, assignments, crashes]) list.length = 0;
  events = new EventEmitter();
  startingAnew = false;
});

it('reads nothing of a partition that is new to it until it is told from where', async () => {
  const member = await join();
  assigned(0, 1);
  member.readFrom(1, 7n);
  assigned(1, 2);
  expect(told).toEqual(['pause 0,1', 'seek 1 to 7', 'resume 1', 'pause 2']);
  member.readFrom(0, 5n);
  expect(told).toHaveLength(4);
});

it('gives up what it had when the client starts anew, and gets it as new: else an idle partition would never be read again', async () => {
  const member = await join();
  assigned(0);
  crashed(true);
  assigned(0);
  member.readFrom(0, 3n);
  expect(assignments).toEqual([[0], [], [0]]);
  expect(told).toEqual(['pause 0', 'pause 0', 'seek 0 to 3', 'resume 0']);
  expect(crashes).toEqual([]);
});

it('may be paused while the client starts anew', async () => {
  const member = await join();
  assigned(0);
  startingAnew = true;
  member.pause(0);
  expect(told).toEqual(['pause 0']);
});

it('tells of what the client gave up on', async () => {
  await join();
  crashed(false);
  expect(crashes).toEqual(['no brokers']);
});
