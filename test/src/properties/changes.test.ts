import { isDeepStrictEqual } from 'node:util';
import { type ClientState, DEFAULT_SETTINGS, encodeState, sessionOf } from '@rollcall/fold';
import type { ChangeKind } from '@rollcall/schema';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { histories } from './history.ts';
import type { ClientView } from './model.ts';
import { memoryText, type Step, steps, view } from './replay.ts';
import { seed, share } from './seed.ts';

vi.setConfig({ testTimeout: 60_000 });
const runs = { numRuns: share(5_000), seed };

function inEveryStep(check: (step: Step) => void): void {
  fc.assert(
    fc.property(histories('any'), (log) => {
      for (const step of steps(log, DEFAULT_SETTINGS, new Map())) check(step);
    }),
    runs,
  );
}

it('an event is "changed" exactly where a snapshot differs, offsets aside', () => {
  inEveryStep(({ before, after, folded }) => {
    expect(folded.outcome === 'changed').toBe(!isDeepStrictEqual(view(after), view(before)));
  });
});

it('an event is "remembered" where only the memory differs, and "ignored" where nothing does', () => {
  inEveryStep(({ before, after, folded }) => {
    if (folded.outcome === 'changed') return;
    expect(folded.outcome).toBe(memoryText(after) === memoryText(before) ? 'ignored' : 'remembered');
  });
});

it('folding leaves the state before it untouched', () => {
  fc.assert(
    fc.property(histories('any'), (log) => {
      let past: { state: ClientState; text: string } | undefined;
      for (const { before, after } of steps(log, DEFAULT_SETTINGS, new Map())) {
        if (past?.state === before) expect(encodeState(before, 0)).toBe(past.text);
        past = { state: after, text: encodeState(after, 0) };
      }
    }),
    runs,
  );
});

it('the kinds of a change tell how the snapshots differ', () => {
  inEveryStep(({ before, after, folded }) => {
    const [past, present] = [view(before), view(after)];
    if (folded.outcome !== 'changed' || isDeepStrictEqual(past, present)) return;
    expect([...folded.kinds].sort()).toEqual(differences(past, present).sort());
  });
});

it('offsets name the last event that changed what is remembered of the client, and of the session', () => {
  inEveryStep(({ before, after, offset, folded }) => {
    expect(after.offset).toBe(folded.outcome === 'ignored' ? before.offset : offset);
    for (const session of after.sessions) {
      const past = sessionOf(before, session.session);
      expect(session.offset).toBe(isDeepStrictEqual(session.memory, past?.memory) ? past?.offset : offset);
    }
  });
});

function differences(before: ClientView, after: ClientView): ChangeKind[] {
  const kinds: ChangeKind[] = [];
  const become = (kind: ChangeKind, happened: boolean) => happened && kinds.push(kind);
  for (const session of after.sessions) {
    const past = before.sessions.find((other) => other.session === session.session);
    const other = past?.status !== session.status || past.sequenceNumber !== session.sequenceNumber || past.since !== session.since;
    const otherReason = past?.disconnectionReason !== session.disconnectionReason;
    become('session-connected', session.status === 'connected' && other);
    become('session-disconnected', session.status === 'disconnected' && (other || otherReason));
    become('counter-restarted', session.counterRestarted && past?.counterRestarted !== true);
  }
  const past = before.client;
  const { client } = after;
  become('client-online', client.presence === 'online' && past.presence !== 'online');
  become('client-offline', client.presence === 'offline' && past.presence !== 'offline');
  become('client-offline-confirmed', client.offlineConfirmed && !past.offlineConfirmed);
  become('client-registered', client.exists === 'yes' && past.exists !== 'yes');
  become('client-deleted', client.exists === 'no' && past.exists !== 'no');
  become('client-updated', client.exists === 'yes' && past.exists === 'yes' && !isDeepStrictEqual(resource(client), resource(past)));
  return kinds;
}

function resource({ clientName, state, attributes, createdOn, updatedOn }: ClientView['client']) {
  return { clientName, state, attributes, createdOn, updatedOn };
}
