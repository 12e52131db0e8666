import { expect, it } from 'vitest';
import type { WantedClient } from './clients-file.ts';
import { LifeCycle } from './life-cycle.ts';
import { EventWriter, type LifeCycleEvent } from './life-cycle-event.ts';

function lifeCycle(past: LifeCycleEvent[] = [], day = 1) {
  let second = 0;
  const now = () => `2030-01-0${day}T00:00:${String(second++).padStart(2, '0')}.0000000Z`;
  return new LifeCycle(new EventWriter('local', () => `id-${day}-${second}`, now), past);
}

/** An event in one line. */
function told(events: readonly LifeCycleEvent[]): string[] {
  return events.map(({ type, subject, data }) => {
    const kind = type.replace(/^.*(Session|MQTTClient)/, '');
    const number = 'sequenceNumber' in data ? ` ${data.sequenceNumber}` : '';
    return `${subject} ${kind}${number}${'disconnectionReason' in data ? ` ${data.disconnectionReason}` : ''}`;
  });
}

const wanted = (clients: Record<string, Partial<WantedClient>>) =>
  new Map(Object.entries(clients).map(([name, client]) => [name, { state: 'Enabled' as const, attributes: {}, ...client }]));

it('writes events as the schema article shows them', () => {
  const broker = lifeCycle();
  const source = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.EventGrid/namespaces/local';
  const { connected, events } = broker.connects('client1', 'session1');
  expect(events).toEqual([
    {
      specversion: '1.0',
      id: 'id-1-0',
      time: '2030-01-01T00:00:00.0000000Z',
      type: 'Microsoft.EventGrid.MQTTClientSessionConnected',
      source,
      subject: 'clients/client1/sessions/session1',
      data: { namespaceName: 'local', clientAuthenticationName: 'client1', clientSessionName: 'session1', sequenceNumber: 1 },
    },
  ]);
  expect(broker.ends(connected, 'ClientInitiatedDisconnect')).toEqual([
    {
      specversion: '1.0',
      id: 'id-1-1',
      time: '2030-01-01T00:00:01.0000000Z',
      type: 'Microsoft.EventGrid.MQTTClientSessionDisconnected',
      source,
      subject: 'clients/client1/sessions/session1',
      data: {
        namespaceName: 'local',
        clientAuthenticationName: 'client1',
        clientSessionName: 'session1',
        sequenceNumber: 1,
        disconnectionReason: 'ClientInitiatedDisconnect',
      },
    },
  ]);
  const [created] = broker.registers(wanted({ client1: { attributes: { attribute1: 'value1' } } }));
  expect(created).toEqual({
    specversion: '1.0',
    id: 'id-1-2',
    time: '2030-01-01T00:00:02.0000000Z',
    type: 'Microsoft.EventGrid.MQTTClientCreatedOrUpdated',
    source,
    subject: 'clients/client1',
    data: {
      createdOn: '2030-01-01T00:00:02.0000000Z',
      updatedOn: '2030-01-01T00:00:02.0000000Z',
      namespaceName: 'local',
      clientName: 'client1',
      clientAuthenticationName: 'client1',
      state: 'Enabled',
      attributes: { attribute1: 'value1' },
    },
  });
  const [deleted] = broker.registers(wanted({}));
  expect(deleted).toEqual({
    specversion: '1.0',
    id: 'id-1-3',
    time: '2030-01-01T00:00:03.0000000Z',
    type: 'Microsoft.EventGrid.MQTTClientDeleted',
    source,
    subject: 'clients/client1',
    data: { namespaceName: 'local', clientName: 'client1', clientAuthenticationName: 'client1' },
  });
});

it('numbers the connections of each session from 1, and ends each with its own number', () => {
  const broker = lifeCycle();
  const first = broker.connects('a', 's');
  const ended = broker.ends(first.connected, 'ConnectionLost');
  const second = broker.connects('a', 's');
  const other = broker.connects('a', 't');
  expect(told([...first.events, ...ended, ...second.events, ...other.events])).toEqual([
    'clients/a/sessions/s Connected 1',
    'clients/a/sessions/s Disconnected 1 ConnectionLost',
    'clients/a/sessions/s Connected 2',
    'clients/a/sessions/t Connected 1',
  ]);
});

it('ends a connection that is taken over once, before its successor begins', () => {
  const broker = lifeCycle();
  const first = broker.connects('a', 's');
  const second = broker.connects('a', 's');
  expect(told(second.events)).toEqual(['clients/a/sessions/s Disconnected 1 SessionTakenOver', 'clients/a/sessions/s Connected 2']);
  expect(broker.ends(first.connected, 'ConnectionLost')).toEqual([]);
  expect(told(broker.ends(second.connected, 'ClientInitiatedDisconnect'))).toEqual([
    'clients/a/sessions/s Disconnected 2 ClientInitiatedDisconnect',
  ]);
});

it('does not mix up client a/b, session c with client a, session b/c', () => {
  const broker = lifeCycle();
  broker.connects('a/b', 'c');
  expect(told(broker.connects('a', 'b/c').events)).toEqual(['clients/a/sessions/b/c Connected 1']);
});

it('after a crash ends what was connected with ServerError, and counts on', () => {
  const crashed = lifeCycle();
  const past = [...crashed.connects('a', 's').events, ...crashed.connects('a', 't').events];
  const left = crashed.connects('b', 'u');
  past.push(...left.events, ...crashed.ends(left.connected, 'ClientInitiatedDisconnect'));

  const restarted = lifeCycle(past, 2);
  expect(told(restarted.recovers())).toEqual([
    'clients/a/sessions/s Disconnected 1 ServerError',
    'clients/a/sessions/t Disconnected 1 ServerError',
  ]);
  expect(restarted.recovers()).toEqual([]);
  expect(told(restarted.connects('b', 'u').events)).toEqual(['clients/b/sessions/u Connected 2']);
});

it('keeps createdOn and moves updatedOn when a client changes, and says nothing when none does', () => {
  const broker = lifeCycle();
  const past = broker.registers(wanted({ a: { attributes: { floor: 3, tags: ['x'] } }, b: {} }));
  expect(told(past)).toEqual(['clients/a CreatedOrUpdated', 'clients/b CreatedOrUpdated']);

  const restarted = lifeCycle(past, 2);
  expect(restarted.registers(wanted({ b: {}, a: { attributes: { tags: ['x'], floor: 3 } } }))).toEqual([]);
  const changed = restarted.registers(wanted({ a: { attributes: { floor: 4 } }, b: { state: 'Disabled' } }));
  expect(changed.map((event) => event.data)).toMatchObject([
    { clientName: 'a', createdOn: '2030-01-01T00:00:00.0000000Z', updatedOn: '2030-01-02T00:00:00.0000000Z', attributes: { floor: 4 } },
    { clientName: 'b', createdOn: '2030-01-01T00:00:01.0000000Z', updatedOn: '2030-01-02T00:00:01.0000000Z', state: 'Disabled' },
  ]);
  expect(restarted.registration('b')).toBe('Disabled');
});

it('gives a client that is deleted and registered again a new createdOn', () => {
  const broker = lifeCycle();
  broker.registers(wanted({ a: {} }));
  expect(told(broker.registers(wanted({})))).toEqual(['clients/a Deleted']);
  expect(broker.registration('a')).toBe('unregistered');
  expect(broker.registers(wanted({ a: {} }))[0]?.data).toMatchObject({ createdOn: '2030-01-01T00:00:02.0000000Z' });
});
