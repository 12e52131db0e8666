import type { AmqpError } from 'rhea';

type Condition =
  | 'amqp:connection:forced'
  | 'amqp:decode-error'
  | 'amqp:internal-error'
  | 'amqp:invalid-field'
  | 'amqp:link:message-size-exceeded'
  | 'amqp:link:stolen'
  | 'amqp:not-found';

/** Why a link, a delivery or a connection ends. The null is written out for the Python SDK, which reads fields by position. */
export function amqpError(condition: Condition, description: string): AmqpError {
  return { condition, description, info: null };
}
