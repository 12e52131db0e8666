import { type ClientState, DEFAULT_SETTINGS, fold, unseenClient } from '@rollcall/fold';
import { type LogEvent, parseTime, SequenceNumber, type Time, toClientKey } from '@rollcall/schema';
import { expect, it } from 'vitest';
import { connected, createdOrUpdated, deleted, disconnected, NAMESPACE } from './events.ts';
import { restored, steps } from './replay.ts';

/** Counter-examples that the properties found, shrunk. */

const START = parseTime('2026-03-01T08:00:00Z') ?? (0n as Time);
const after = (seconds: number): Time => (START + BigInt(seconds) * 10_000_000n) as Time;
const connection = (number: number) => ({ client: 'pump', session: 's', sequenceNumber: SequenceNumber.parse(number), source: '/west' });
const resource = { client: 'pump', clientName: 'pump', source: '/west', id: '1' };

it('a higher number at the time of the connection that a later loss ended changes nothing that can be seen', () => {
  const folded = foldAfter(
    [connected(connection(1), START), disconnected(connection(1), after(3601), 'ConnectionLost')],
    connected(connection(2), START),
  );
  expect(folded.outcome).toBe('remembered');
});

it('the same update under another id changes nothing that can be seen', () => {
  const content = { createdOn: START, updatedOn: after(5), state: 'Enabled', attributes: {} };
  const folded = foldAfter([createdOrUpdated(resource, after(5), content)], createdOrUpdated({ ...resource, id: '2' }, after(5), content));
  expect(folded.outcome).toBe('remembered');
});

it('a Deleted of the same time that brings another name changes what can be seen', () => {
  const folded = foldAfter([deleted(resource, START)], deleted({ ...resource, id: '2', clientName: 'Pump' }, START));
  expect(folded.outcome).toBe('changed');
});

it('a session keeps its offset where only the source of the client is news', () => {
  const connect = connected(connection(1), START);
  const folded = foldAfter([connect, disconnected(connection(1), START, 'ConnectionLost')], { ...connect, source: '/west-2' });
  expect(folded.outcome === 'changed' && folded.client.sessions[0]?.offset).toBe(1n);
});

it('a state is the same restored as it was where a number repeats', () => {
  const state = stateAfter([connected(connection(1), START), connected(connection(1), after(1))]);
  expect(restored(state, DEFAULT_SETTINGS)).toEqual(state);
});

function stateAfter(log: readonly LogEvent[]): ClientState {
  return [...steps(log, DEFAULT_SETTINGS, new Map())].at(-1)?.after ?? unseenClient(toClientKey(NAMESPACE, 'pump'));
}

function foldAfter(log: readonly LogEvent[], event: LogEvent) {
  return fold(stateAfter(log), event, BigInt(log.length), DEFAULT_SETTINGS);
}
