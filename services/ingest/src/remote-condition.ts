import { TopicsDiffer } from '@rollcall/log';
import { ConfigInvalid, describeError } from '@rollcall/service';

export interface Judgement {
  /** `wait`: another system answered, or nobody did; that may change. `end`: this process can tell by itself that it must not go on. */
  readonly verdict: 'wait' | 'end';
  /** In plain words, one line, for /readyz and the log. */
  readonly reason: string;
}

interface Row {
  readonly is: (error: RemoteError) => boolean;
  readonly says: string;
}

/** What Azure's SDKs put on their errors: an HTTP status or a code of AMQP's, of the system's or of the storage's. */
interface RemoteError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

const codes =
  (...known: readonly string[]) =>
  ({ code }: RemoteError) =>
    typeof code === 'string' && known.includes(code);
const status =
  (...known: readonly number[]) =>
  ({ statusCode }: RemoteError) =>
    typeof statusCode === 'number' && known.includes(statusCode);
const names =
  (...known: readonly string[]) =>
  ({ name }: RemoteError) =>
    typeof name === 'string' && known.includes(name);

/** The first row that fits says it. All of these are waited for. */
const CONDITIONS: readonly Row[] = [
  {
    is: names('CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationRequiredError'),
    says: 'the Azure identity gives no token',
  },
  { is: names('AuthenticationError'), says: 'the Azure identity refuses a token' },
  { is: codes('MessagingEntityNotFoundError'), says: 'there is no such event hub or consumer group' },
  { is: codes('UnauthorizedError'), says: 'Event Hubs refuses the key or the identity (it needs the right to listen)' },
  { is: codes('MessagingEntityDisabledError'), says: 'the event hub is disabled' },
  { is: codes('ReceiverDisconnectedError'), says: 'another consumer has taken the partition' },
  { is: codes('QuotaExceededError'), says: 'a quota of Event Hubs is used up' },
  { is: codes('ServerBusyError', 'ServiceUnavailableError', 'InternalServerError'), says: 'Event Hubs is busy' },
  { is: codes('ContainerBeingDeleted', 'ContainerNotFound'), says: 'the checkpoint container does not exist' },
  { is: status(401), says: 'the storage refuses the credentials' },
  { is: status(403), says: 'the storage refuses access: a role, a shared access signature or a firewall' },
  { is: status(404), says: 'the storage does not know this' },
  { is: status(408, 429, 500, 502, 503, 504), says: 'the storage is busy' },
  { is: codes('ENOTFOUND', 'EAI_AGAIN'), says: 'the host name is not known' },
  {
    is: codes(
      'ECONNREFUSED',
      'ECONNRESET',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'EPIPE',
      'ETIMEDOUT',
      'REQUEST_SEND_ERROR',
      'ConnectionForcedError',
    ),
    says: 'nobody answers',
  },
  { is: codes('OperationTimeoutError', 'ServiceCommunicationError'), says: 'no answer in time' },
  { is: names('AbortError', 'TimeoutError'), says: 'no answer in time' },
];

/** Event Hubs adds what differs each time: the same condition would be another line of /readyz and of the log. */
const TRACE = /\s*\b(To know more visit|TrackingId:|SystemTracker:|Reference:|Timestamp:|For more information).*$/;

/** The one place that decides which errors are waited for and which end the process. Only what is wrong by itself ends it: a setting, or topics that
 *  cannot hold what they must. */
export function judge(error: unknown): Judgement {
  if (error instanceof ConfigInvalid || error instanceof TopicsDiffer) return { verdict: 'end', reason: error.message };
  if (isProgrammingError(error)) return { verdict: 'end', reason: describeError(error) };
  const detail = describeError(error).replace(TRACE, '');
  for (const each of withInner(error)) {
    const row = CONDITIONS.find(({ is }) => is(each));
    if (row !== undefined) return { verdict: 'wait', reason: detail === '' ? row.says : `${row.says}: ${detail}` };
  }
  return { verdict: 'wait', reason: detail };
}

/** The position was refused: the service has no such event. */
export function isPositionRefused(error: unknown): boolean {
  return withInner(error).some(
    (each) =>
      codes('ArgumentError', 'ArgumentOutOfRangeError', 'InvalidFieldError', 'NotImplementedError')(each) &&
      /offset|sequence ?number/i.test(String(each.message)),
  );
}

export function isTaken(error: unknown): boolean {
  return withInner(error).some(codes('ReceiverDisconnectedError'));
}

function isProgrammingError(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError;
}

/** The error, what it bundles, and its causes. */
function withInner(error: unknown, depth = 0): RemoteError[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const inner = error instanceof AggregateError ? error.errors : [];
  const { cause } = error as { cause?: unknown };
  return [error as RemoteError, ...[...inner, cause].flatMap((each) => withInner(each, depth + 1))];
}
