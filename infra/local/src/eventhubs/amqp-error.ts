import type { AmqpError } from 'rhea';

export type AmqpCondition =
  | 'amqp:connection:forced'
  | 'amqp:decode-error'
  | 'amqp:internal-error'
  | 'amqp:invalid-field'
  | 'amqp:link:message-size-exceeded'
  | 'amqp:link:stolen'
  | 'amqp:not-found'
  | 'amqp:resource-deleted'
  | 'amqp:unauthorized-access'
  | 'com.microsoft:argument-error'
  | 'com.microsoft:argument-out-of-range';

/** Why a link, a delivery or a connection ends. The null is written out for the Python SDK, which reads fields by position. */
export function amqpError(condition: AmqpCondition, description: string): AmqpError {
  return { condition, description, info: null };
}
