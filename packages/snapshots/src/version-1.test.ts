import { readFileSync } from 'node:fs';
import { type ClientState, clientSnapshot, sessionSnapshot } from '@rollcall/fold';
import { replay } from '@rollcall/fold/testing';
import { type LogEvent, parseValue, toClientKey } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { decodeClientSnapshot, decodeClientState, parseClient } from './client-codec.ts';
import { SETTINGS } from './histories.test-kit.ts';

interface Written {
  readonly what: string;
  readonly events: readonly string[];
  readonly redis: string;
  readonly sources: Readonly<Record<string, string>>;
}

/** Clients as projectors of version 1 of the fold left them in Redis, and the events that led to them. Never to be written again. */
const WRITTEN: readonly Written[] = JSON.parse(readFileSync(new URL('./version-1.json', import.meta.url), 'utf8'));

function eventOf(json: string): LogEvent {
  const parsed = parseValue(toClientKey('myns', 'client1'), Buffer.from(json));
  if (!parsed.ok) throw new TypeError(parsed.detail);
  return parsed.event;
}

const foldedFrom = (events: readonly string[]): ClientState => {
  const [client] = [...replay(events.map(eventOf)).clients.values()];
  if (client === undefined) throw new TypeError('a client is needed');
  return client;
};

const seen = (client: ClientState) => [clientSnapshot(client), client.sessions.map((session) => sessionSnapshot(client, session))];

describe('what a projector of version 1 wrote into Redis', () => {
  it.each(WRITTEN)('of $what, is folded on from as if this version had folded the events itself', ({ events, redis, sources }) => {
    const folded = foldedFrom(events);
    const stored = parseClient(redis);
    const restored = decodeClientState(folded, stored, sources[stored.source ?? ''], SETTINGS);
    expect(seen(restored)).toEqual(seen(folded));
    expect(restored.forgotten).toEqual(folded.forgotten);
  });

  it.each(WRITTEN)('of $what, is shown to readers as it was concluded then', ({ events, redis, sources }) => {
    const shown = decodeClientSnapshot(foldedFrom(events), parseClient(redis), new Map(Object.entries(sources)));
    expect(shown.rememberedSessions).toBe(parseClient(redis).sessions.length);
    expect(shown).toMatchObject({ source: '/namespaces/myns', presence: parseClient(redis).presence });
  });
});
