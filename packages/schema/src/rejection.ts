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

/** The first thing that is wrong, with the path of its field: `data.sequenceNumber: expected a decimal number`. */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'invalid';
  return issue.path.length === 0 ? issue.message : `${issue.path.map(String).join('.')}: ${issue.message}`;
}
