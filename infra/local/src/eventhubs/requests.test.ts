import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import rhea from 'rhea';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { sasToken } from './access.test-kit.ts';
import { Hub } from './hub.ts';
import { answerManagement, answerOrRefuse, answerPutToken, type NodeReply } from './requests.ts';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'requests-'));
afterAll(() => fs.rmSync(dir, { recursive: true }));
const hub = new Hub({ name: 'lifecycle', partitions: 2, retainedEvents: 2, dir });
for (const text of ['aa', 'bb', 'cc']) hub.partition('1').append([Buffer.from(text)], 1_795_395_723_456);

const READ = { operation: 'READ', name: 'lifecycle', type: 'com.microsoft:eventhub' };
const status = (reply: NodeReply) => Number(reply.application_properties?.['status-code']);

/** AMQP type and value of each entry of the body, as clients of other languages read them. */
function typed({ body }: NodeReply): Record<string, [string, unknown]> {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, typeAndValue(value)]));
}

function typeAndValue(value: unknown): [string, unknown] {
  const { type, value: content } = rhea.types.wrap(value);
  return [type.name, content];
}

describe('$management', () => {
  it('describes the hub', () => {
    const reply = answerManagement(hub, { application_properties: READ });
    expect(typeAndValue(reply.application_properties?.['status-code'])).toEqual(['Int', 200]);
    expect(typed(reply)).toEqual({
      name: ['Str8', 'lifecycle'],
      type: ['Str8', 'com.microsoft:eventhub'],
      created_at: ['Timestamp', hub.createdAt],
      partition_count: ['SmallInt', 2],
      partition_ids: ['Array32', ['0', '1']],
      georeplication_factor: ['SmallInt', 1],
    });
  });

  it('describes a partition from its oldest retained to its newest event', () => {
    const application_properties = { ...READ, type: 'com.microsoft:partition', partition: '1' };
    expect(typed(answerManagement(hub, { application_properties }))).toEqual({
      name: ['Str8', 'lifecycle'],
      type: ['Str8', 'com.microsoft:partition'],
      partition: ['Str8', '1'],
      begin_sequence_number: ['SmallLong', 1],
      last_enqueued_sequence_number: ['SmallLong', 2],
      last_enqueued_offset: ['Str8', '4'],
      last_enqueued_time_utc: ['Timestamp', 1_795_395_723_456],
      is_partition_empty: ['False', false],
    });
  });

  it.each([
    [404, 'amqp:not-found', { ...READ, name: 'other' }],
    [400, 'com.microsoft:argument-out-of-range', { ...READ, type: 'com.microsoft:partition', partition: '2' }],
    [400, 'amqp:not-implemented', { ...READ, operation: 'DELETE' }],
    [400, 'amqp:not-implemented', { ...READ, type: 'com.microsoft:queue' }],
    [400, 'amqp:not-implemented', undefined],
  ])('answers %i %s to %j', (code, condition, application_properties) => {
    const reply = answerOrRefuse(() => answerManagement(hub, application_properties ? { application_properties } : {}));
    expect(status(reply)).toBe(code);
    expect(String(reply.application_properties?.['error-condition'])).toBe(condition);
  });
});

describe('$cbs', () => {
  const key = { name: 'reader', key: 'secret' };

  it('admits who brings a good token', () => {
    const admit = vi.fn();
    const body = sasToken('sb://host/lifecycle', key, Date.now() / 1_000 + 60);
    expect(status(answerPutToken({ application_properties: { operation: 'put-token' }, body }, key, admit))).toBe(202);
    expect(admit).toHaveBeenCalledOnce();
  });

  it.each([
    [401, 'amqp:unauthorized-access', 'put-token', 'SharedAccessSignature sr=x'],
    [401, 'amqp:unauthorized-access', 'put-token', undefined],
    [400, 'amqp:not-implemented', 'delete-token', sasToken('sb://host', key, 4e9)],
  ])('answers %i %s to %s %s, and admits nobody', (code, condition, operation, body) => {
    const admit = vi.fn();
    const reply = answerOrRefuse(() => answerPutToken({ application_properties: { operation }, body }, key, admit));
    expect(status(reply)).toBe(code);
    expect(String(reply.application_properties?.['error-condition'])).toBe(condition);
    expect(admit).not.toHaveBeenCalled();
  });
});
