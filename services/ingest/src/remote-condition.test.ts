import { MessagingError } from '@azure/event-hubs';
import { AggregateAuthenticationError, AuthenticationError, CredentialUnavailableError } from '@azure/identity';
import { RestError } from '@azure/storage-blob';
import { LogUnavailable, TopicsDiffer } from '@rollcall/log';
import { ConfigInvalid } from '@rollcall/service';
import { describe, expect, it } from 'vitest';
import { isPositionRefused, isTaken, judge } from './remote-condition.ts';

const amqp = (code: string, message = 'as the service says') => Object.assign(new MessagingError(message), { code, retryable: false });
const rest = (statusCode: number | undefined, code: string) =>
  new RestError(code, { code, ...(statusCode !== undefined && { statusCode }) });
const system = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:5671`), { code });

describe('what is waited for, and how it is told', () => {
  it.each([
    ['event hub or consumer group that is missing', amqp('MessagingEntityNotFoundError'), 'there is no such event hub or consumer group'],
    ['wrong key, or a right that is missing yet', amqp('UnauthorizedError'), 'Event Hubs refuses the key or the identity'],
    ['event hub that is disabled', amqp('MessagingEntityDisabledError'), 'the event hub is disabled'],
    ['partition that another consumer has taken', amqp('ReceiverDisconnectedError'), 'another consumer has taken the partition'],
    ['quota', amqp('QuotaExceededError'), 'a quota of Event Hubs is used up'],
    ['busy event hub', amqp('ServerBusyError'), 'Event Hubs is busy'],
    ['connection that Event Hubs ends', amqp('ConnectionForcedError'), 'nobody answers'],
    ['event hub that is silent', amqp('OperationTimeoutError'), 'no answer in time'],
    ['position that is refused', amqp('ArgumentError', 'The supplied offset is invalid'), 'The supplied offset is invalid'],
    ['storage: 401', rest(401, 'InvalidAuthenticationInfo'), 'the storage refuses the credentials'],
    ['storage: 403, as while a role is being assigned', rest(403, 'AuthorizationPermissionMismatch'), 'the storage refuses access'],
    ['storage: 404 of the container', rest(404, 'ContainerNotFound'), 'the checkpoint container does not exist'],
    ['storage: 409 while the container is being deleted', rest(409, 'ContainerBeingDeleted'), 'the checkpoint container does not exist'],
    ['storage: 404 of anything else', rest(404, 'ResourceNotFound'), 'the storage does not know this'],
    ['storage: 429', rest(429, 'TooManyRequests'), 'the storage is busy'],
    ['storage: 500', rest(500, 'InternalError'), 'the storage is busy'],
    ['storage: 503', rest(503, 'ServerBusy'), 'the storage is busy'],
    ['storage that cannot be reached', rest(undefined, 'REQUEST_SEND_ERROR'), 'nobody answers'],
    ['storage that is silent', new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'no answer in time'],
    ['port where nobody listens', system('ECONNREFUSED'), 'nobody answers'],
    ['connection that is cut', system('ECONNRESET'), 'nobody answers'],
    ['host name that is not known', system('ENOTFOUND'), 'the host name is not known'],
    ['identity endpoint that is not there yet', new CredentialUnavailableError('no endpoint'), 'the Azure identity gives no token'],
    ['every kind of identity at once', new AggregateAuthenticationError([new Error('no endpoint')]), 'the Azure identity gives no token'],
    [
      'identity that is refused',
      new AuthenticationError(400, { error: 'invalid_client', error_description: 'no' }),
      'the Azure identity refuses a token',
    ],
    ['Kafka that is away', new LogUnavailable('connect to Kafka', true, system('ECONNREFUSED')), 'nobody answers: cannot connect to Kafka'],
    ['Kafka that refuses', new LogUnavailable('write', false, new Error('no right')), 'cannot write: no right'],
    ['anything else that a system answers', new Error('odd'), 'odd'],
  ])('%s', (_, error, reason) => {
    expect(judge(error)).toEqual({ verdict: 'wait', reason: expect.stringContaining(reason) });
  });
});

describe('what ends the process', () => {
  it.each([
    ['a setting', new ConfigInvalid('A or B must be set')],
    ['topics that cannot hold the clients', new TopicsDiffer('16 partitions, not 4')],
    ['a bug', new TypeError('undefined is no function')],
  ])('%s', (_, error) => {
    expect(judge(error)).toEqual({ verdict: 'end', reason: error.message });
  });
});

it('says what is inside an AggregateError, and by that what it is', () => {
  const tried = new AggregateError([system('ECONNREFUSED'), system('ECONNREFUSED')]);
  expect(judge(tried).reason).toBe('nobody answers: connect ECONNREFUSED 10.0.0.1:5671');
  expect(judge(new Error('cannot list', { cause: rest(403, 'AuthorizationFailure') })).reason).toMatch(/^the storage refuses access/);
});

it('leaves out what Event Hubs adds to each answer anew', () => {
  const text =
    "The messaging entity 'x' could not be found. To know more visit https://aka.ms/y. TrackingId:1, SystemTracker:2, Timestamp:3";
  expect(judge(amqp('MessagingEntityNotFoundError', text)).reason).toBe(
    "there is no such event hub or consumer group: The messaging entity 'x' could not be found.",
  );
});

it('tells a refused position and a partition that was taken from other errors', () => {
  expect(isPositionRefused(amqp('ArgumentError', "The supplied offset '12' is invalid. The last offset is '7'"))).toBe(true);
  expect(isPositionRefused(new AggregateError([amqp('ArgumentError', "The supplied sequence number '12' is invalid")]))).toBe(true);
  expect(isPositionRefused(amqp('ArgumentError', 'a wrong name'))).toBe(false);
  expect(isPositionRefused(amqp('ServerBusyError', 'offset'))).toBe(false);
  expect(isTaken(new AggregateError([amqp('ReceiverDisconnectedError')]))).toBe(true);
  expect(isTaken(amqp('ServerBusyError'))).toBe(false);
});
