import { CLIENTS, type ClientId, foldInto, type Log, type Snapshot } from './history.ts';
import type { Change, StateRecord } from './state.ts';

export function clientsIn(log: Log, from: number, to: number): ClientId[] {
  return CLIENTS.filter((client) => log.slice(from, to).some((event) => event.client === client));
}

/** The fold of the batch [from, to) over the clients as loaded: a change of each event that changes something, and the clients that it leaves,
 *  0 for those that it does not change. */
export function foldBatch(log: Log, from: number, to: number, loaded: readonly [Snapshot, Snapshot]) {
  const changes: Change[] = [];
  const now: [Snapshot, Snapshot] = [...loaded];
  log.slice(from, to).forEach(({ client }, index) => {
    const offset = from + index;
    const snapshot = foldInto(now[client], client, log, offset, offset + 1);
    if (snapshot !== now[client]) changes.push({ offset, snapshot });
    now[client] = snapshot;
  });
  const changed = (client: ClientId): Snapshot => (now[client] === loaded[client] ? 0 : now[client]);
  return { changes, clients: [changed(0), changed(1)] as const };
}

/** What a transaction of these changes has for rollcall.state: each client as the last of them leaves it. */
export function stateRecords(log: Log, changes: readonly Change[]): StateRecord[] {
  return CLIENTS.flatMap((client) => {
    const last = changes.findLast(({ offset }) => log[offset]?.client === client);
    return last === undefined ? [] : [{ client, snapshot: last.snapshot }];
  });
}
