// Tells a webhook (Slack, Teams, your own) of each client that is confirmed offline: gone for good, not just reconnecting.
//
//   npx node examples/dist/alert.js https://hooks.slack.com/services/T0/B0/x alert.position.json
//
// It saves how far it is after each message that was accepted, and goes on from there when it is started again. So it may be stopped at
// any moment: that may repeat one message, and loses none.
import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type FeedPosition, Rollcall } from '@rollcall/client';

const [webhook, file] = process.argv.slice(2);
if (webhook === undefined || file === undefined) {
  console.error('usage: alert WEBHOOK_URL POSITION_FILE');
  process.exit(2);
}

// Whatever ends it is told in one line.
process.on('uncaughtException', ({ message }) => {
  console.error(message);
  process.exit(1);
});

await using rollcall = new Rollcall({
  redisUrl: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
  kafka: { brokers: (process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092').split(',') },
});
const feed = rollcall.changes({ from: await savedPosition(file), kinds: ['client-offline-confirmed'] });
await feed.ready();
await save(file, feed.position);
console.log('waiting for clients to go offline');

for await (const change of feed) {
  await post(webhook, textOf(change));
  await save(file, feed.position);
  console.log(textOf(change));
}

function textOf({ client }: Change): string {
  return `${client.namespace}/${client.client} has been offline since ${client.since} (${client.disconnectionReason})`;
}

/** Until it is accepted: the webhook may be down for a while. */
async function post(url: string, text: string): Promise<void> {
  for (;;) {
    const headers = { 'content-type': 'application/json' };
    try {
      const { ok, status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ text }) });
      if (ok) return;
      console.error(`the webhook answers ${status}: trying again`);
    } catch {
      console.error('the webhook cannot be reached: trying again');
    }
    await sleep(1_000);
  }
}

async function savedPosition(name: string): Promise<'latest' | { offsets: FeedPosition }> {
  return existsSync(name) ? { offsets: JSON.parse(await readFile(name, 'utf8')) } : 'latest';
}

/** Whole or not at all. */
async function save(name: string, position: FeedPosition): Promise<void> {
  await writeFile(`${name}.new`, JSON.stringify(position));
  await rename(`${name}.new`, name);
}
