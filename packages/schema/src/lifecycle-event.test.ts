import { describe, expect, it } from 'vitest';
import { LifecycleEvent } from './lifecycle-event.ts';
import { type SampleName, sampleText } from './testing/article-samples.ts';
import { parseTime } from './time.ts';

function read(name: SampleName, change: (event: Record<string, unknown>, data: Record<string, unknown>) => void = () => {}) {
  const event = JSON.parse(sampleText(name)) as Record<string, unknown>;
  change(event, event['data'] as Record<string, unknown>);
  return LifecycleEvent.safeParse(event);
}

describe('a life-cycle event', () => {
  it('has every field of the article', () => {
    expect(read('sessionDisconnected').data).toEqual({
      specversion: '1.0',
      id: 'e30e5174-787d-4e19-8812-580148bfcf7b',
      time: parseTime('2023-07-29T01:27:40.2446871Z'),
      type: 'Microsoft.EventGrid.MQTTClientSessionDisconnected',
      source: '/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myrg/providers/Microsoft.EventGrid/namespaces/myns',
      subject: 'clients/client1/sessions/session1',
      data: {
        namespaceName: 'myns',
        clientAuthenticationName: 'client1',
        clientSessionName: 'session1',
        sequenceNumber: 1n,
        disconnectionReason: 'ClientInitiatedDisconnect',
      },
    });
    expect(read('clientCreatedOrUpdated').data?.data).toEqual({
      createdOn: parseTime('2023-07-29T01:14:34.2048108Z'),
      updatedOn: parseTime('2023-07-29T01:14:34.2048108Z'),
      namespaceName: 'myns',
      clientName: 'client1',
      clientAuthenticationName: 'client1',
      state: 'Enabled',
      attributes: { attribute1: 'value1' },
    });
  });

  it('keeps a reason and a state that nobody has documented yet', () => {
    const lost = read('sessionDisconnected', (_event, data) => {
      data['disconnectionReason'] = 'SolarFlare';
    });
    expect(lost.data?.data).toMatchObject({ disconnectionReason: 'SolarFlare' });
    const quarantined = read('clientCreatedOrUpdated', (_event, data) => {
      data['state'] = 'Quarantined';
    });
    expect(quarantined.data?.data).toMatchObject({ state: 'Quarantined' });
  });

  it('may carry attributes that Event Grid adds, as to what it dead-lettered', () => {
    const redriven = read('sessionConnected', (event) => {
      Object.assign(event, { deadletterreason: 'MaxDeliveryAttemptsExceeded', deliveryattempts: 30 });
    });
    expect(redriven.success).toBe(true);
  });

  it('does without a subject: data says who it is', () => {
    const unnamed = read('sessionConnected', (event) => {
      delete event['subject'];
    });
    expect(unnamed.success).toBe(true);
  });

  it.each([
    [{ text: 'a', integer: 1, texts: ['a', 'b'] }, true],
    [{}, true],
    [undefined, true],
    [null, false],
    ['{"a":1}', false],
    [['a'], false],
  ])('has attributes of any value in an object, or none: %j', (attributes, accepted) => {
    const written = read('clientCreatedOrUpdated', (_event, data) => {
      data['attributes'] = attributes;
    });
    expect(written.success).toBe(accepted);
    if (accepted) expect(written.data?.data).toHaveProperty('attributes', attributes ?? {});
  });
});
