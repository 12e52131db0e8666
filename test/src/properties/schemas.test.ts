import { DEFAULT_SETTINGS } from '@rollcall/fold';
import { admit } from '@rollcall/log';
import { formatTime, type LogEvent, OFFLINE_DEADLINE, parseKey, parseValue, stringifyJson, type Time, topicNames } from '@rollcall/schema';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { histories } from './history.ts';
import { memoryText, replay, view } from './replay.ts';
import { seed } from './seed.ts';

vi.setConfig({ testTimeout: 60_000 });

const ROUTING = {
  topics: topicNames('rollcall'),
  partitions: 1,
  admission: { maxEventBytes: 1_000_000, maxClockAhead: 0, sources: new Map<string, string>() },
};
const ARRIVED = 253402300799_9999999n as Time;

/** An event as Event Grid sends it in each of the schemas that a subscription may have. */
const SCHEMAS = {
  cloudEvents: ({ time, ...event }: LogEvent) => stringifyJson({ ...event, time: formatTime(time), data: written(event.data) }),
  eventGrid: ({ specversion: _, source, type, time, data, ...event }: LogEvent) =>
    stringifyJson({ ...event, topic: source, eventType: type, eventTime: formatTime(time), data: written(data), dataVersion: '1' }),
} as const;

function written(data: LogEvent['data']): object {
  const times = ['createdOn', 'updatedOn'];
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, times.includes(field) ? formatTime(value as Time) : value]),
  );
}

/** The events of one delivery as whoever reads the log finds them. */
function logged(events: readonly string[]): LogEvent[] {
  const body = Buffer.from(`[${events.join(',')}]`);
  return admit({ body, properties: {}, enqueuedTime: ARRIVED }, ROUTING).map((result) => {
    if (!result.ok) throw new TypeError(`the history holds no event: ${result.detail}`);
    const { key, value } = result.record;
    const record = parseValue(parseKey(Buffer.from(key)), Buffer.from(String(value)));
    if (!record.ok) throw new TypeError(`what was admitted is no event in the log: ${record.detail}`);
    return record.event;
  });
}

it('a history leads to the same clients whichever schema each of its events came in', () => {
  fc.assert(
    fc.property(histories('honest'), fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), (history, mixed) => {
      const log = history.filter(({ type }) => type !== OFFLINE_DEADLINE);
      fc.pre(log.length > 0);
      const expected = replay(log, DEFAULT_SETTINGS);
      for (const inEventGridSchema of [() => false, () => true, (at: number) => mixed[at] === true]) {
        const texts = log.map((event, at) => SCHEMAS[inEventGridSchema(at) ? 'eventGrid' : 'cloudEvents'](event));
        const clients = replay(logged(texts), DEFAULT_SETTINGS);
        expect([...clients.keys()]).toEqual([...expected.keys()]);
        for (const [name, client] of clients) {
          const other = expected.get(name);
          if (other === undefined) throw new TypeError('both name the same clients');
          expect([memoryText(client), view(client)]).toEqual([memoryText(other), view(other)]);
        }
      }
    }),
    { numRuns: 500, seed },
  );
});
