import {
  type EventGridMqttClientCreatedOrUpdatedEventData,
  type EventGridMqttClientDeletedEventData,
  type EventGridMqttClientSessionConnectedEventData,
  type EventGridMqttClientSessionDisconnectedEventData,
  KnownEventGridMqttClientDisconnectionReason,
} from '@azure/eventgrid';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type Attributes,
  type ClientCreatedOrUpdated,
  type ClientDeleted,
  DISCONNECTION_REASONS,
  type SessionConnected,
  type SessionDisconnected,
} from './lifecycle-event.ts';
import type { SequenceNumber } from './sequence-number.ts';
import type { Time } from './time.ts';

// Checked when the package is compiled. Where ours differ on purpose:
// - sequenceNumber is a bigint: the SDK's number rounds above 2^53.
// - createdOn and updatedOn are ticks of 100 ns, parsed: the SDK leaves them texts.
// - attributes are open: the SDK says texts only, Event Grid also allows integers and arrays of texts.
// - session events have no clientName: the SDK inherits it from a base, the article's samples do not carry it.
type Sdk<Data> = Omit<Data, 'sequenceNumber' | 'createdOn' | 'updatedOn' | 'attributes'>;
type Numbered = { sequenceNumber: SequenceNumber };

describe("our events are those of Microsoft's SDK", () => {
  it('session connected', () => {
    type Theirs = Omit<EventGridMqttClientSessionConnectedEventData, 'clientName'>;
    expectTypeOf<keyof SessionConnected['data']>().toEqualTypeOf<keyof Theirs>();
    expectTypeOf<SessionConnected['data']>().branded.toEqualTypeOf<Sdk<Theirs> & Numbered>();
  });

  it('session disconnected', () => {
    type Theirs = Omit<EventGridMqttClientSessionDisconnectedEventData, 'clientName'>;
    expectTypeOf<keyof SessionDisconnected['data']>().toEqualTypeOf<keyof Theirs>();
    expectTypeOf<SessionDisconnected['data']>().branded.toEqualTypeOf<Sdk<Theirs> & Numbered>();
  });

  it('client created or updated', () => {
    type Theirs = EventGridMqttClientCreatedOrUpdatedEventData;
    expectTypeOf<keyof ClientCreatedOrUpdated['data']>().toEqualTypeOf<keyof Theirs>();
    type Wider = { createdOn: Time; updatedOn: Time; attributes: Attributes };
    expectTypeOf<ClientCreatedOrUpdated['data']>().branded.toEqualTypeOf<Sdk<Theirs> & Wider>();
    expectTypeOf<Theirs['attributes']>().toExtend<Attributes>();
  });

  it('client deleted', () => {
    expectTypeOf<ClientDeleted['data']>().toEqualTypeOf<Sdk<EventGridMqttClientDeletedEventData>>();
  });

  it('the eleven documented reasons', () => {
    expect([...DISCONNECTION_REASONS].sort()).toEqual(Object.values(KnownEventGridMqttClientDisconnectionReason).sort());
    expect(DISCONNECTION_REASONS).toHaveLength(11);
  });
});
