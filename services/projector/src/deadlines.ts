import { pendingEnding } from '@rollcall/fold';
import type { LogRecord, LogWriter } from '@rollcall/log';
import { offlineDeadlineJson, type Topics, timeFromMilliseconds } from '@rollcall/schema';
import type { OwnedPartition } from '@rollcall/snapshots';

/** An OfflineDeadline that was appended is folded a moment later; if it is not, it is appended again after this many milliseconds. */
const APPEND_AGAIN = 10_000;
const DEADLINES_PER_ROUND = 250;
/** From this many milliseconds between an event's arrival in Event Hubs and in the log, ingest counts as behind. */
const BEHIND = 5_000;

/** Appends a partition's OfflineDeadlines that have fallen due to the end of the log, so that whatever was logged before them wins. */
export class Deadlines {
  readonly #appended = new Map<string, number>();
  #heldUntil = 0;

  constructor(
    private readonly partition: number,
    private readonly writer: LogWriter,
    private readonly topics: Topics,
  ) {}

  /** While ingest works off a backlog, clients that have long come back still look gone: hold the deadlines for as long again as the newest
   *  event was late. A redriven event is as late as somebody's decision, and says nothing of ingest. */
  watch(records: readonly LogRecord[]): void {
    let heldUntil = 0;
    // What came before an event that was not late no longer counts: mostly the last one settles it.
    for (const { timestamp, headers } of records.toReversed()) {
      if (headers['redriven'] !== undefined) continue;
      const late = timestamp - Date.parse(headers['hub-enqueued-time'] ?? '');
      if (late > BEHIND) heldUntil = Math.max(timestamp + late, heldUntil);
      else if (late <= BEHIND) {
        this.#heldUntil = heldUntil;
        return;
      }
    }
    this.#heldUntil = Math.max(this.#heldUntil, heldUntil);
  }

  /** `now` in milliseconds since 1970. Resolves to whether it appended any. */
  async appendDue(snapshots: OwnedPartition, now: number): Promise<boolean> {
    if (this.#heldUntil > now) return false;
    for (const [key, at] of this.#appended) if (now - at > APPEND_AGAIN) this.#appended.delete(key);
    const due = await snapshots.due(now, DEADLINES_PER_ROUND);
    const fresh = due.filter(({ key }) => !this.#appended.has(key));
    if (fresh.length === 0) return false;
    const clients = await snapshots.load(fresh);
    const records = clients.flatMap(({ key, namespace, client, presence, confirmedUpTo }) => {
      const ending = pendingEnding(presence, confirmedUpTo);
      if (ending === undefined) return [];
      const value = offlineDeadlineJson(namespace, client, ending, timeFromMilliseconds(now));
      return [{ topic: this.topics.events, partition: this.partition, key, value }];
    });
    await this.writer.append(records);
    for (const { key } of records) this.#appended.set(key, now);
    return records.length > 0;
  }
}
