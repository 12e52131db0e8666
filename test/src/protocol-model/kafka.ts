import { positionOf } from './history.ts';
import { type Kafka, NONE, type State } from './state.ts';

/** InitProducerId: a new epoch for `me`. The other's open transaction is aborted, and whatever it still sends is refused. */
export function fence(state: State, me: 0 | 1): void {
  const other = state.owners[1 - me];
  if (other?.current) state.owners[1 - me] = { ...other, current: false };
}

/** The group's offset, or one above the tail of the derived topics; never below the start of the log, which is a gap to be reported. */
export function committedOffset(kafka: Kafka): number {
  const tail = Math.max(-1, ...kafka.changes.map((change) => change.offset), ...kafka.table.map((record) => positionOf(record.snapshot)));
  return Math.max(kafka.committed === NONE ? tail + 1 : kafka.committed, kafka.logStart);
}
