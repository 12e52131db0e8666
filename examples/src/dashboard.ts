// A dashboard of a namespace: how many clients are online, and those that changed last; drawn anew as they change, until Ctrl-C.
//
//   npx node examples/dist/dashboard.js NAMESPACE
//
// The clients as they are come first, then every change of them: nothing is left out between the two, and nothing comes twice.
import { type ClientSnapshot, Rollcall } from '@rollcall/client';

const [namespace] = process.argv.slice(2);
if (namespace === undefined) {
  console.error('usage: dashboard NAMESPACE');
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

const ROWS = 20;
const clients = new Map<string, ClientSnapshot>();
let changed = false;

for await (const entry of rollcall.table({ namespace })) {
  if (entry.type === 'row') clients.set(entry.client.client, entry.client);
  if (entry.type === 'change') {
    clients.set(entry.change.client.client, entry.change.client);
    changed = true;
  }
  if (entry.type === 'complete') {
    draw();
    // However many changes there are, people see five frames a second.
    setInterval(() => changed && draw(), 200);
  }
}

function draw(): void {
  changed = false;
  const all = [...clients.values()];
  const online = all.filter(({ presence }) => presence === 'online');
  const latest = all.sort((a, b) => ((a.since ?? '') < (b.since ?? '') ? 1 : -1)).slice(0, ROWS);
  console.clear();
  console.log(`${namespace}: ${online.length} of ${clients.size} clients online`);
  console.table(latest.map(({ client, presence, since, disconnectionReason: why = '' }) => ({ client, presence, since, why })));
}
