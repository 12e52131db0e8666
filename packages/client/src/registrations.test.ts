import { type ClientCreatedOrUpdated, LifecycleEvent, parseDelivery, parseJson, parseTime } from '@rollcall/schema';
import { describe, expect, it } from 'vitest';
import { registrationOf } from './registrations.ts';

const SOURCE = '/subscriptions/1b2c/resourceGroups/rg/providers/Microsoft.EventGrid/namespaces/myns';

/** A client as Azure's command line prints it. */
const LISTED = {
  attributes: { floor: 3, room: '345', types: ['Fan', 'Light'] },
  authentication: null,
  authenticationName: 'pump/1',
  clientCertificateAuthentication: { allowedThumbprints: null, validationScheme: 'SubjectMatchesAuthenticationName' },
  description: 'the pump on the third floor',
  id: `${SOURCE}/clients/pump-1`,
  name: 'pump-1',
  provisioningState: 'Succeeded',
  resourceGroup: 'rg',
  state: 'Disabled',
  systemData: {
    createdAt: '2026-03-01T08:00:00.123456+00:00',
    createdBy: 'somebody@example.org',
    createdByType: 'User',
    lastModifiedAt: '2026-03-02T10:00:00.654321+01:00',
    lastModifiedBy: 'somebody@example.org',
    lastModifiedByType: 'User',
  },
  type: 'Microsoft.EventGrid/namespaces/clients',
};

function eventOf(resource: unknown, namespace?: string): ClientCreatedOrUpdated {
  const registration = registrationOf(resource, namespace);
  if (!registration.ok) throw new Error(registration.rejection.detail);
  const admission = { maxEventBytes: 1_000_000, maxClockAhead: 300_000, sources: new Map<string, string>() };
  const enqueuedTime = parseTime('2026-12-01T00:00:00Z');
  if (enqueuedTime === undefined) throw new Error('it is a time');
  const [admitted] = parseDelivery({ body: Buffer.from(registration.event), properties: {}, enqueuedTime }, admission);
  if (!admitted?.ok) throw new Error('it is admitted');
  return admitted.event as ClientCreatedOrUpdated;
}

describe('a client resource', () => {
  it('becomes a CreatedOrUpdated as of its last change, with nothing of who changed it', () => {
    const event = eventOf(LISTED);
    expect(event).toMatchObject({ source: SOURCE, time: parseTime('2026-03-02T09:00:00.654321Z') });
    expect(event.data).toEqual({
      namespaceName: 'myns',
      clientAuthenticationName: 'pump/1',
      clientName: 'pump-1',
      createdOn: parseTime('2026-03-01T08:00:00.123456Z'),
      updatedOn: parseTime('2026-03-02T09:00:00.654321Z'),
      state: 'Disabled',
      attributes: { floor: 3, room: '345', types: ['Fan', 'Light'] },
    });
    const registration = registrationOf(LISTED);
    expect(JSON.stringify(registration)).not.toMatch(/somebody|third floor|Thumbprints/);
    expect(LifecycleEvent.safeParse(registration.ok && parseJson(registration.event)).success).toBe(true);
  });

  it('is the same event where its properties are apart, as the REST API has it', () => {
    const { id, name, type, systemData, resourceGroup: _, ...properties } = LISTED;
    expect(registrationOf({ id, name, type, systemData, properties })).toEqual(registrationOf(LISTED));
  });

  it.each([undefined, null, ''])('has its own name for its authentication name where that is %j', (authenticationName) => {
    expect(eventOf({ ...LISTED, authenticationName }).data).toMatchObject({ clientAuthenticationName: 'pump-1', clientName: 'pump-1' });
  });

  it('has the name of its id where it has none', () => {
    const { name: _, authenticationName: _also, ...nameless } = LISTED;
    expect(eventOf(nameless).data.clientAuthenticationName).toBe('pump-1');
  });

  it.each([
    ['no lastModifiedAt', { createdAt: '2026-03-01T08:00:00Z' }, '2026-03-01T08:00:00Z', '2026-03-01T08:00:00Z'],
    ['no createdAt', { lastModifiedAt: '2026-03-02T08:00:00' }, '2026-03-02T08:00:00Z', '2026-03-02T08:00:00Z'],
    ['neither', {}, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['no times that can be read', { createdAt: 'a', lastModifiedAt: 7 }, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['no systemData', null, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ])('with %s is as old as is known, so that it overrides nothing newer', (_what, systemData, createdOn, updatedOn) => {
    const { time, data } = eventOf({ ...LISTED, systemData });
    expect([time, data.createdOn, data.updatedOn]).toEqual([updatedOn, createdOn, updatedOn].map(parseTime));
  });

  it('may have no attributes and no state', () => {
    const { attributes: _, state: _also, ...bare } = LISTED;
    expect(eventOf(bare).data).toMatchObject({ attributes: {}, state: 'Unknown' });
    expect(eventOf({ ...LISTED, attributes: null }).data.attributes).toEqual({});
  });

  it('keeps integers beyond 2^53', () => {
    expect(eventOf({ ...LISTED, attributes: { n: 9223372036854775807n } }).data.attributes).toEqual({ n: 9223372036854775807n });
  });

  it('is of the namespace that is named, else of that in its id, whatever the case of the id', () => {
    expect(eventOf(LISTED, 'west').data.namespaceName).toBe('west');
    expect(eventOf({ ...LISTED, id: LISTED.id.replace('resourceGroups', 'resourcegroups') }).data.namespaceName).toBe('myns');
    const { id: _, ...anywhere } = LISTED;
    expect(eventOf(anywhere, 'west').data).toMatchObject({ namespaceName: 'west', clientName: 'pump-1' });
  });

  it.each([
    ['no object', 'pump-1', undefined, /^not a JSON object/],
    ['null', null, undefined, /^not a JSON object/],
    ['an array', [LISTED], undefined, /^not a JSON object/],
    ['one without id', { ...LISTED, id: undefined }, undefined, /^id: expected/],
    ['another resource', { ...LISTED, id: `${SOURCE}/topicSpaces/all` }, undefined, /^id: expected/],
    ['another resource, whatever its namespace', { ...LISTED, id: `${SOURCE}/topicSpaces/all` }, 'west', /^id: expected/],
    ['one without any name', {}, 'west', /^name: missing/],
  ])('is refused, with what is expected, where it is %s', (_what, resource, namespace, detail) => {
    expect(registrationOf(resource, namespace)).toEqual({
      ok: false,
      rejection: { reason: 'invalid-data', detail: expect.stringMatching(detail) },
    });
  });
});
