import type { NewRecord } from '@rollcall/log';

/** Sources that are told apart; all others together have the name ''. */
const MOST = 200;

/** When the last event of each source came into Event Hubs, so that a source that has gone silent can raise an alert. */
export class SourceTimes {
  /** Milliseconds since 1970, by source. */
  readonly times = new Map<string, number>();

  /** Records of `rollcall.events`, in the order of their arrival at Event Hubs. The namespace of a key tells sources apart, so that one event of each
   *  needs to be parsed. */
  note(records: readonly NewRecord[], arrived: number): void {
    const last = new Map<string, NewRecord>();
    for (const record of records) if (typeof record.key === 'string') last.set(record.key.slice(0, record.key.indexOf('/')), record);
    for (const { value } of last.values()) this.#note(sourceOf(value), arrived);
  }

  #note(source: string, arrived: number): void {
    const name = this.times.has(source) || this.times.size < MOST ? source : '';
    this.times.set(name, Math.max(this.times.get(name) ?? 0, arrived));
  }
}

function sourceOf(value: NewRecord['value']): string {
  try {
    const { source } = JSON.parse(String(value)) as { source?: unknown };
    return typeof source === 'string' ? source : '';
  } catch {
    return '';
  }
}
