import type { z } from 'zod';

/** Why something that came from outside is not an event that Rollcall can use. It goes to the dead letters with this reason. */
export const REJECTION_REASONS = [
  'not-json',
  'not-cloudevent',
  'unknown-type',
  'invalid-data',
  'too-large',
  'time-in-future',
  'unknown-source',
] as const;
/** One of REJECTION_REASONS. */
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Why an event was refused. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** For a person: which field, which limit. Never a value from the event but its type, time or source. */
  readonly detail: string;
}

/** The first thing that is wrong in a value, with the path of its field: `data.sequenceNumber: expected an int64 …`. */
export function describeIssue(error: z.ZodError, value?: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  if (issue.path.length === 0) return issue.message;
  const found = issue.path.reduce((holder: unknown, field) => (holder as Record<PropertyKey, unknown> | undefined)?.[field], value);
  const isMissing = value !== undefined && (found === undefined || found === null || found === '');
  return `${issue.path.map(String).join('.')}: ${isMissing ? 'missing' : issue.message}`;
}

/** Longest type or source in a detail, in UTF-16 units: details travel in Kafka headers. */
const MAX_QUOTE = 300;

export function quote(text: string): string {
  return text.length <= MAX_QUOTE ? text : `${text.slice(0, MAX_QUOTE).toWellFormed()}…`;
}
