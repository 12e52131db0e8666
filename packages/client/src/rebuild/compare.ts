import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ClientKey } from '@rollcall/schema';
import type { ClientView, RebuildStore } from '@rollcall/snapshots';

/** What two generations say differently of one client. */
export interface ClientDifference {
  readonly namespace: string;
  readonly client: string;
  /** `presence`, `session1.since`; `client` where only one generation has it. */
  readonly field: string;
  /** In the generation that readers use; absent if it has none. */
  readonly active?: unknown;
  /** In the other one. */
  readonly other?: unknown;
}

/** How the generation beside the active one differs from it. */
export interface Comparison {
  /** Clients that were compared. */
  readonly clients: number;
  /** Those of which anything differs. */
  readonly differing: number;
  /** How many clients differ in each field. */
  readonly fields: Readonly<Record<string, number>>;
  /** The first ones, at most as many as were asked for. */
  readonly examples: readonly ClientDifference[];
}

/** A client that changes is in one generation a moment before it is in the other. */
const LOOK_AGAIN = [50, 200, 1_000];

/** Compares all clients of two generations, field by field, but for `offset`: a client folded anew may know an event from another record. */
export async function compareGenerations(
  store: RebuildStore,
  { active, other, examples: limit }: { readonly active: number; readonly other: number; readonly examples: number },
): Promise<Comparison> {
  const examples: ClientDifference[] = [];
  const fields: Record<string, number> = Object.create(null);
  const differing = new Set<string>();
  let clients = 0;
  const note = ({ id: { key }, differences }: DifferingClient) => {
    // An index may name a client that is not there: then both generations' have it.
    if (differing.has(key)) return;
    differing.add(key);
    for (const field of new Set(differences.map((one) => one.field.replace(/^.*\./s, 'sessions.'))))
      fields[field] = (fields[field] ?? 0) + 1;
    examples.push(...differences.slice(0, limit - examples.length));
  };
  const partitions = await store.partitions();
  for (let partition = 0; partition < partitions; partition++) {
    for await (const ids of store.everyClient(active, partition)) {
      clients += ids.length;
      for (const found of await differencesOf(store, partition, ids, active, other)) note(found);
    }
    // Those of the active one were compared already.
    for await (const ids of store.everyClient(other, partition)) {
      const known = await store.read(active, partition, ids);
      const missing = ids.filter((_, at) => known[at] === undefined);
      clients += missing.length;
      for (const found of await differencesOf(store, partition, missing, active, other)) note(found);
    }
  }
  return { clients, differing: differing.size, fields, examples };
}

interface DifferingClient {
  readonly id: ClientKey;
  /** At least one. */
  readonly differences: readonly ClientDifference[];
}

/** Those that differ are looked at again, for they may be on their way. */
async function differencesOf(
  store: RebuildStore,
  partition: number,
  ids: readonly ClientKey[],
  active: number,
  other: number,
): Promise<DifferingClient[]> {
  let differing = ids;
  let found: DifferingClient[] = [];
  for (const wait of [0, ...LOOK_AGAIN]) {
    if (differing.length === 0) break;
    await sleep(wait);
    const [here, there] = await Promise.all([store.read(active, partition, differing), store.read(other, partition, differing)]);
    const looked = differing.map((id, at) => ({ id, differences: differences(id, here[at], there[at]) }));
    found = looked.filter((one) => one.differences.length > 0);
    differing = found.map(({ id }) => id);
  }
  return found;
}

function differences({ namespace, client }: ClientKey, active: ClientView | undefined, other: ClientView | undefined): ClientDifference[] {
  if (active === undefined || other === undefined) {
    if (active === other) return [];
    return [{ namespace, client, field: 'client', active: active?.client, other: other?.client }];
  }
  const found = fieldDifferences(active.client, other.client, '');
  const names = new Set([...active.sessions, ...other.sessions].map(({ session }) => session));
  for (const name of names) {
    const [here, there] = [active, other].map(({ sessions }) => sessions.find(({ session }) => session === name));
    found.push(...fieldDifferences(here ?? {}, there ?? {}, `${name}.`));
  }
  return found.map((difference) => ({ namespace, client, ...difference }));
}

function fieldDifferences(active: object, other: object, prefix: string): Omit<ClientDifference, 'namespace' | 'client'>[] {
  const [here, there] = [active, other] as Record<string, unknown>[];
  const fields = [...new Set([...Object.keys(active), ...Object.keys(other)])].filter((field) => field !== 'offset');
  return fields.flatMap((field) => {
    const [a, b] = [here?.[field], there?.[field]];
    return isDeepStrictEqual(a, b) ? [] : [{ field: `${prefix}${field}`, active: a, other: b }];
  });
}
