/** The topics, all with the same number of partitions; a client's records have the same partition number in each. */
export interface Topics {
  readonly events: string;
  readonly deadLetters: string;
  readonly changes: string;
  readonly state: string;
}

export const DEFAULT_PREFIX = 'rollcall';

export function topicNames(prefix: string): Topics {
  return { events: `${prefix}.events`, deadLetters: `${prefix}.dead-letters`, changes: `${prefix}.changes`, state: `${prefix}.state` };
}
