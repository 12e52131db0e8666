import { CLIENTS, type ClientId, foldInto, type Snapshot } from './history.ts';
import type { Change, StateRecord } from './state.ts';
import type { Turn } from './turn.ts';

type Batch = Pick<Turn, 'bound' | 'owner'>;

/** The fold of an owner's batch [next, to) over its clients as loaded. */

export function clientsIn({ bound, owner }: Turn, to: number): ClientId[] {
  return CLIENTS.filter((client) => bound.log.slice(owner.next, to).some((event) => event.client === client));
}

export function folded({ bound, owner }: Batch, client: ClientId): Snapshot {
  return foldInto(owner.loaded[client], client, bound.log, owner.next, owner.to);
}

/** The clients that the batch changes: each has a write in Redis and a record in rollcall.state. */
export function changedClients(turn: Batch): ClientId[] {
  return CLIENTS.filter((client) => folded(turn, client) !== turn.owner.loaded[client]);
}

export function derivedRecords(turn: Turn): StateRecord[] {
  return changedClients(turn).map((client) => ({ client, snapshot: folded(turn, client) }));
}

export function derivedChanges({ bound, owner }: Turn): Change[] {
  const changes: Change[] = [];
  const clients = [...owner.loaded];
  bound.log.slice(owner.next, owner.to).forEach(({ client }, index) => {
    const offset = owner.next + index;
    const before = clients[client] ?? 0;
    const snapshot = foldInto(before, client, bound.log, offset, offset + 1);
    if (snapshot !== before) changes.push({ offset, snapshot });
    clients[client] = snapshot;
  });
  return changes;
}
