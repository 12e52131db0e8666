// Audits one client: each time that it was online, for how long, and how that ended.
//
//   npx node examples/dist/audit.js NAMESPACE CLIENT [FROM]        FROM: a time such as 2026-11-20T10:00:00Z; default: the whole log
import { type ReplayedEvent, Rollcall } from '@rollcall/client';

const [namespace, client, from] = process.argv.slice(2);
if (namespace === undefined || client === undefined) {
  console.error('usage: audit NAMESPACE CLIENT [FROM]');
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

let online: string | undefined;
let inAll = 0;
let last: ReplayedEvent | undefined;
const endings = new Map<string, number>();
const ignored = new Map<string, number>();

for await (const event of rollcall.history(namespace, client, from === undefined ? {} : { from: { time: from } })) {
  last = event;
  if (event.outcome === 'ignored') count(ignored, event.reason);
  if (event.outcome !== 'changed' || event.client?.since === undefined) continue;
  const { since, disconnectionReason = 'unknown' } = event.client;
  if (event.kinds.includes('client-online')) online = since;
  if (event.kinds.includes('client-offline')) {
    console.log(`${online ?? 'before that'} to ${since}, ended by ${disconnectionReason}`);
    if (online !== undefined) inAll += Date.parse(since) - Date.parse(online);
    count(endings, disconnectionReason);
    online = undefined;
  }
}

if (last === undefined) {
  console.error('the log holds nothing of it in that time');
  process.exitCode = 1;
} else {
  if (online !== undefined) console.log(`${online} until now`);
  console.log(`online for ${Math.round(inAll / 1_000)} s in all, not counting now; endings: ${listed(endings)}`);
  console.log(`events that changed nothing: ${listed(ignored)}`);
  if (!last.complete) console.log('what came before is no longer in the log');
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, times]) => `${what} ${times}`).join(', ') || 'none';
}
