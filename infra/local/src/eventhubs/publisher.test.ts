import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import rhea, { type Delivery } from 'rhea';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Hub } from './hub.ts';
import { BATCH_FORMAT, partitionKeyOf } from './message.ts';
import type { PartitionLog } from './partition-log.ts';
import { MAX_MESSAGE_BYTES, publish } from './publisher.ts';

const { data_section, data_sections, encode } = rhea.message;

let dir: string;
let hub: Hub;
beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'publisher-'));
  hub = new Hub({ name: 'lifecycle', partitions: 4, retainedEvents: 100, dir });
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(dir, { recursive: true });
});

/** What became of a delivery: `accepted`, or the condition it was rejected with. */
function outcomeOf(encoded: Buffer, { format = 0, partition }: { format?: number; partition?: PartitionLog } = {}): string {
  let outcome = 'undecided';
  const delivery = {
    format,
    accept: () => {
      outcome = 'accepted';
    },
    reject: (error: { condition: string }) => {
      outcome = error.condition;
    },
  };
  publish(hub, partition, encoded, delivery as unknown as Delivery);
  return outcome;
}

function kept(): Buffer[] {
  const partitions = hub.partitionIds.flatMap((id) => hub.partition(id) ?? []);
  return partitions.flatMap((log) => Array.from({ length: log.next }, (_, n) => log.read(n)?.message ?? Buffer.alloc(0)));
}

it('keeps a message as it came', () => {
  const message = encode({ message_id: 'id', body: data_section(Buffer.from('x')) });
  expect(outcomeOf(message)).toBe('accepted');
  expect(kept()).toEqual([message]);
});

it("gives the events of a batch the batch's partition key", () => {
  const key = { 'x-opt-partition-key': 'käse' };
  const messages = [encode({ body: 'a' }), encode({ body: 'b', message_annotations: key })];
  const batch = encode({ message_annotations: key, body: data_sections(messages) });
  expect(outcomeOf(batch, { format: BATCH_FORMAT })).toBe('accepted');
  expect(kept().map(partitionKeyOf)).toEqual(['käse', 'käse']);
  expect(hub.partitionFor('käse').next).toBe(2);
});

it('keeps nothing of a batch of which one message is malformed', () => {
  const batch = encode({ body: data_sections([encode({ body: 'a' }), Buffer.from('not a message')]) });
  expect(outcomeOf(batch, { format: BATCH_FORMAT })).toBe('amqp:decode-error');
  expect(kept()).toEqual([]);
});

it('rejects what is larger than a message may be, and takes what is just as large', () => {
  const overhead = encode({ body: data_section(Buffer.alloc(1_000)) }).length - 1_000;
  const sized = (bytes: number) => encode({ body: data_section(Buffer.alloc(bytes - overhead)) });
  expect(outcomeOf(sized(MAX_MESSAGE_BYTES + 1))).toBe('amqp:link:message-size-exceeded');
  expect(kept()).toEqual([]);
  expect(outcomeOf(sized(MAX_MESSAGE_BYTES))).toBe('accepted');
});

it('does not accept what could not be written, and goes on once it can', () => {
  const full = vi.spyOn(fs, 'appendFileSync').mockImplementationOnce(() => {
    throw new Error('ENOSPC');
  });
  const partition = hub.partitionFor('key');
  expect(outcomeOf(encode({ body: 'a' }), { partition })).toBe('amqp:internal-error');
  expect(kept()).toEqual([]);
  full.mockRestore();
  expect(outcomeOf(encode({ body: 'b' }), { partition })).toBe('accepted');
  expect(kept()).toEqual([encode({ body: 'b' })]);
});
