import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FeedPosition, Rollcall } from '@rollcall/client';

/** What a subscriber has written down of one change: what it did and where it stands, in one piece. */
export interface Entry {
  readonly client: string;
  readonly place: string;
  readonly position: FeedPosition;
}

/** What is in a subscriber's file. */
export function entriesIn(file: string): Entry[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}

/** A program of somebody's own: `node subscriber.ts BROKER NAMESPACE FILE` takes up where the file ends. */
async function subscribe(broker: string, namespace: string, file: string): Promise<void> {
  const last = entriesIn(file).at(-1);
  await using rollcall = new Rollcall({ redisUrl: 'redis://127.0.0.1:1', kafka: { brokers: [broker] } });
  const feed = rollcall.changes({ namespace, from: last === undefined ? 'earliest' : { offsets: last.position } });
  for await (const { client, place } of feed) {
    const entry: Entry = { client: client.client, place: `${place.partition}:${place.offset}`, position: feed.position };
    appendFileSync(file, `${JSON.stringify(entry)}\n`);
    // Slow enough to be killed in the middle.
    await sleep(2);
  }
}

if (import.meta.main) {
  const [broker = '', namespace = '', file = ''] = process.argv.slice(2);
  await subscribe(broker, namespace, file);
}
