import rhea, { type Message, type Typed } from 'rhea';
import { type AccessKey, checkToken } from './access.ts';
import type { Hub } from './hub.ts';
import { Refused } from './refusals.ts';

/** What the `$cbs` and `$management` nodes read of a request. */
export type NodeRequest = Pick<Message, 'application_properties' | 'message_id' | 'reply_to'> & { readonly body?: unknown };

/** An answer without its addresses: properties carry their AMQP types, for clients other than JavaScript's insist on them. */
export type NodeReply = Pick<Message, 'application_properties' | 'body'>;

const { wrap_array, wrap_boolean, wrap_int, wrap_long, wrap_string, wrap_timestamp } = rhea.types;

/** Event Hubs' time of "never", 0001-01-01, in milliseconds since 1970. */
const NEVER = -62_135_596_800_000;

/** The answer, or the one that says why there is none. */
export function answerOrRefuse(answer: () => NodeReply): NodeReply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refused) return reply(error.status, error.message, {}, error.condition);
    throw error;
  }
}

/** `$cbs`: calls `admit` if the token is good. Throws Refused if it is not. */
export function answerPutToken(request: NodeRequest, key: AccessKey, admit: () => void): NodeReply {
  if (request.application_properties?.['operation'] !== 'put-token') return badRequest('only put-token is known');
  checkToken(String(request.body), key, Date.now());
  admit();
  return reply(202, 'Accepted');
}

/** `$management`: the properties of the hub and of its partitions. Throws Refused for those of another. */
export function answerManagement(hub: Hub, request: NodeRequest): NodeReply {
  const { operation, type, name, partition } = request.application_properties ?? {};
  if (operation !== 'READ') return badRequest('only READ is known');
  hub.check(String(name), { hub: String(name) });
  if (type === 'com.microsoft:eventhub') return reply(200, 'OK', hubProperties(hub));
  if (type === 'com.microsoft:partition') return reply(200, 'OK', partitionProperties(hub, String(partition)));
  return badRequest(`nothing is of type ${type}`);
}

function hubProperties(hub: Hub): Record<string, Typed> {
  return {
    name: wrap_string(hub.name),
    type: wrap_string('com.microsoft:eventhub'),
    created_at: wrap_timestamp(hub.createdAt),
    partition_count: wrap_int(hub.partitionIds.length),
    partition_ids: wrap_array(hub.partitionIds, AMQP_STRING, undefined),
    georeplication_factor: wrap_int(1),
  };
}

function partitionProperties(hub: Hub, partitionId: string): Record<string, Typed> {
  const log = hub.partition(partitionId);
  const { last } = log;
  return {
    name: wrap_string(hub.name),
    type: wrap_string('com.microsoft:partition'),
    partition: wrap_string(partitionId),
    begin_sequence_number: wrap_long(log.first),
    last_enqueued_sequence_number: wrap_long(log.next - 1),
    last_enqueued_offset: wrap_string(String(last?.offset ?? -1)),
    last_enqueued_time_utc: wrap_timestamp(last?.enqueuedAt ?? NEVER),
    is_partition_empty: wrap_boolean(last === undefined),
  };
}

const AMQP_STRING = 0xa1;

function badRequest(description: string): NodeReply {
  return reply(400, description, {}, 'amqp:not-implemented');
}

function reply(status: number, description: string, body: Record<string, Typed> = {}, condition?: string): NodeReply {
  return {
    application_properties: {
      'status-code': wrap_int(status),
      'status-description': wrap_string(description),
      ...(condition && { 'error-condition': rhea.types.wrap_symbol(condition) }),
    },
    body,
  };
}
