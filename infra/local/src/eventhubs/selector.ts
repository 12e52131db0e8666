import type { StartPosition } from './partition-log.ts';

const FROM = { 'x-opt-offset': 'offset', 'x-opt-sequence-number': 'sequenceNumber', 'x-opt-enqueued-time': 'enqueuedAt' } as const;

const SELECTOR = /^amqp\.annotation\.(x-opt-offset|x-opt-sequence-number|x-opt-enqueued-time)\s*(>=?)\s*'?(@latest|-?\d{1,16})'?$/;

/** Reads the selector filter with which a receiver says where it begins, e.g. `amqp.annotation.x-opt-offset > '-1'`.
 *  A missing one means the oldest event. Undefined if it says anything else. Offsets and sequence numbers below 0 are before
 *  the oldest event; an enqueued time is in milliseconds since 1970. */
export function parseSelector(selector: string | undefined): StartPosition | undefined {
  if (selector === undefined) return { from: 'sequenceNumber', value: -1, inclusive: false };
  const [, annotation, operator, value] = SELECTOR.exec(selector.trim()) ?? [];
  if (annotation === undefined) return undefined;
  if (value === '@latest') return { from: 'latest' };
  return { from: FROM[annotation as keyof typeof FROM], value: Number(value), inclusive: operator === '>=' };
}
