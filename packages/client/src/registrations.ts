import {
  type ClientCreatedOrUpdated,
  EVENT_TYPES,
  formatTime,
  type Rejection,
  readLooseTime,
  readTime,
  stringifyJson,
  type Time,
  timeFromMilliseconds,
} from '@rollcall/schema';

type Fields = Readonly<Record<string, unknown>>;

/** What a client resource is as an event, or why it is none. */
export type Registration = { readonly ok: true; readonly event: string } | { readonly ok: false; readonly rejection: Rejection };

const CLIENT_ID =
  /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.EventGrid\/namespaces\/([^/]+))\/clients\/([^/]+)$/i;

/** A resource that does not say when it was changed may be older than all that is known. */
const LONG_AGO = timeFromMilliseconds(0);

/** The CreatedOrUpdated of a client resource of Azure Resource Manager, as of its last change. The same resource always gives the same event,
 *  so whatever came later wins, and a second time changes nothing. `namespace` overrides that of the resource's id.
 *  Source: learn.microsoft.com/rest/api/eventgrid/controlplane/clients/list-by-namespace */
export function registrationOf(resource: unknown, namespace?: string): Registration {
  if (!isFields(resource)) return refused('not a JSON object: expected a client resource');
  // Azure's command line lifts the properties up; the REST API leaves them where they are.
  const { id, name, systemData, authenticationName, state, attributes } = isFields(resource['properties'])
    ? { ...resource, ...resource['properties'], id: resource['id'], name: resource['name'], systemData: resource['systemData'] }
    : (resource as Fields);
  const [, source = '', ofId, nameOfId] = (typeof id === 'string' && CLIENT_ID.exec(id)) || [];
  const namespaceName = namespace ?? ofId;
  if (namespaceName === undefined || (id !== undefined && nameOfId === undefined)) {
    return refused('id: expected that of a client of an Event Grid namespace, /subscriptions/…/namespaces/NAMESPACE/clients/CLIENT');
  }
  const clientName = textOf(name) ?? nameOfId;
  const client = textOf(authenticationName) ?? clientName;
  if (client === undefined) return refused('name: missing, and there is no authenticationName either');
  const { created, updated } = timesOf(systemData);
  const data = {
    namespaceName,
    clientAuthenticationName: client,
    clientName,
    createdOn: formatTime(created),
    updatedOn: formatTime(updated),
    state,
    attributes: attributes ?? {},
  } satisfies Partial<Record<keyof ClientCreatedOrUpdated['data'], unknown>>;
  const event = {
    specversion: '1.0',
    id: `import ${String(id ?? client).toLowerCase()} ${data.updatedOn}`,
    source,
    type: EVENT_TYPES.clientCreatedOrUpdated,
    time: data.updatedOn,
    subject: `clients/${clientName}`,
    data,
  };
  return { ok: true, event: stringifyJson(event) };
}

/** When the resource was made and changed, as Azure Resource Manager knows it; each stands in for the other. */
function timesOf(systemData: unknown): { created: Time; updated: Time } {
  const { createdAt, lastModifiedAt } = isFields(systemData) ? systemData : ({} as Fields);
  const [created, updated] = [createdAt, lastModifiedAt].map((text) => {
    const time = readLooseTime(text);
    return time === undefined ? undefined : readTime(time);
  });
  return { created: created ?? updated ?? LONG_AGO, updated: updated ?? created ?? LONG_AGO };
}

function refused(detail: string): Registration {
  return { ok: false, rejection: { reason: 'invalid-data', detail } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
