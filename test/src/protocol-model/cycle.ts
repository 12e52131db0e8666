import { clientsIn, foldBatch, stateRecords } from './batch.ts';
import { CLIENTS, type ClientId, type Snapshot } from './history.ts';
import { fence } from './kafka.ts';
import { matches, put, write } from './scripts.ts';
import { NONE, type Owner, successorOf } from './state.ts';
import type { Step, Turn } from './turn.ts';

type Cache = Owner['cache'];
const NO_CACHE: Cache = [0, 0];

/** Take, Load and Fold in one step, for only Load touches anything shared. A batch ends anywhere in the log, which also stands for a log
 *  that is still growing; below the committed offset (CatchUp) it ends there at the latest. */
export function take(turn: Turn): Step[] {
  const { protocol, bound, state, owner } = turn;
  const from = beginsAt(owner);
  if (from < state.kafka.logStart) return [turn.doubt('Take: the log was cut, Doubt')];
  const end = from < owner.target ? owner.target : bound.log.length;
  const found: Step[] = [];
  for (let to = end; to > from; to--) {
    if (!protocol.loadComparesInOneStep) {
      found.push(loadChain(turn, to));
      continue;
    }
    if (clientsIn(bound.log, from, to).some((client) => owner.cache[client] > 0)) found.push(load(turn, to, owner.cache));
    found.push(load(turn, to, NO_CACHE));
  }
  return found;
}

/** While more of the log waits, the transaction may. */
export function takeMore(turn: Turn): Step[] {
  return turn.protocol.takesMore ? take(turn) : [];
}

/** What is folded already waits for its transaction. */
function beginsAt({ phase, next, to }: Owner): number {
  return phase === 'folded' ? to : next;
}

function load(turn: Turn, to: number, cache: Cache): Step {
  const { protocol, bound, state, owner } = turn;
  if (clientsIn(bound.log, beginsAt(owner), to).every((client) => inMemory(turn, client, cache) > 0))
    return loaded(turn, 'Take, Fold from the cache', to, cache);
  if (!matches(protocol, state.redis, owner.chain)) return turn.doubt('Load: not as left, Doubt');
  return loaded(turn, 'Take, Load, Fold', to, cache);
}

function loadChain(turn: Turn, to: number): Step {
  const { protocol, state, owner } = turn;
  if (!matches(protocol, state.redis, owner.chain)) return turn.doubt('Load: not as left, Doubt');
  return turn.step('Take, Load the chain', { ...owner, phase: 'compared', to });
}

export function loadClients(turn: Turn): Step[] {
  return [loaded(turn, 'Load the clients, Fold', turn.owner.to, NO_CACHE)];
}

function loaded(turn: Turn, step: string, to: number, cache: Cache): Step {
  const { protocol, bound, state, owner } = turn;
  const snapshot = (client: ClientId): Snapshot => inMemory(turn, client, cache) || state.redis.clients[client];
  const { changes, clients } = foldBatch(bound.log, beginsAt(owner), to, [snapshot(0), snapshot(1)]);
  const staged = (client: ClientId): Snapshot => clients[client] || owner.staged[client];
  const projects = to > owner.target;
  const derived = projects ? [...owner.derived, ...changes] : [];
  const phase = projects && protocol.applyAfterCommit ? 'folded' : 'applying';
  return turn.step(step, { ...owner, phase, at: 0, to, staged: [staged(0), staged(1)], derived });
}

function inMemory({ protocol, owner }: Turn, client: ClientId, cache: Cache): Snapshot {
  return (protocol.loadsWhatIsStaged && owner.staged[client]) || cache[client];
}

/** Changes, state and offset become visible together, or the owner was fenced and nothing does. */
export function commit(turn: Turn): Step[] {
  const { protocol, bound, state, owner } = turn;
  if (protocol.takeOver.includes('Fence') && !owner.current) return [turn.doubt('Commit: fenced, Doubt')];
  const after = successorOf(state);
  after.kafka.changes = [...after.kafka.changes, ...owner.derived];
  after.kafka.table = [...after.kafka.table, ...stateRecords(bound.log, owner.derived)];
  if (!protocol.offsetsInTransaction) return [turn.step('Commit the records', { ...owner, phase: 'offsetPending' }, after)];
  after.kafka.committed = owner.to;
  const committed = turn.step('Commit', afterCommit(turn), after);
  if (!protocol.retryAcrossInit) return [committed];
  return [committed, turn.step('Commit, the response is lost', { ...owner, phase: 'retrying' }, successorOf(after))];
}

export function commitOffset(turn: Turn): Step[] {
  const after = successorOf(turn.state);
  after.kafka.committed = turn.owner.to;
  return [turn.step('Commit the offset', afterCommit(turn), after)];
}

export function initAndRetry(turn: Turn): Step[] {
  const after = successorOf(turn.state);
  fence(after, turn.me);
  return [turn.step('Fence, keeping the batch', { ...turn.owner, phase: 'folded', current: true }, after)];
}

/** A script writes one client whole; the last one sets the watermark. */
export function apply(turn: Turn): Step[] {
  const { protocol, state, owner } = turn;
  if (!matches(protocol, state.redis, owner.chain)) return [turn.doubt('Apply: not as left, Doubt')];
  const after = successorOf(state);
  const [client, ...others] = stagedClients(owner);
  const last = others.length === 0;
  const setsWatermark = protocol.watermarkSetBy === 'last script' ? last : owner.at === 0;
  const chain = write(protocol, after, {
    ...(client === undefined ? {} : put(state.redis, client, owner.staged[client])),
    ...(setsWatermark ? { watermark: owner.to } : {}),
  });
  const left = (one: ClientId): Snapshot => (one === client ? 0 : owner.staged[one]);
  const cached = (one: ClientId): Snapshot => (one === client ? owner.staged[one] : owner.cache[one]);
  const applied: Owner = { ...owner, chain, at: owner.at + 1, staged: [left(0), left(1)], cache: [cached(0), cached(1)] };
  if (!last) return [turn.step('ApplySome', applied, after)];
  const uncommitted = owner.to > owner.target && !protocol.applyAfterCommit;
  return [turn.step('ApplyLast', uncommitted ? { ...applied, phase: 'folded', at: 0 } : ready(applied), after)];
}

function stagedClients({ staged }: Owner): ClientId[] {
  return CLIENTS.filter((client) => staged[client] > 0);
}

/** Compares and writes nothing; only what it finds is a step. */
export function idleCheck(turn: Turn): Step[] {
  const { protocol, state, owner } = turn;
  return protocol.idleCheck && !matches(protocol, state.redis, owner.chain) ? [turn.doubt('IdleCheck: not as left, Doubt')] : [];
}

function afterCommit(turn: Turn): Owner {
  const { protocol, owner } = turn;
  const committed: Owner = { ...owner, derived: [] };
  return protocol.applyAfterCommit ? { ...committed, phase: 'applying', at: 0, target: owner.to } : ready(committed);
}

function ready(owner: Owner): Owner {
  return { ...owner, phase: 'ready', at: 0, next: owner.to, target: Math.max(owner.target, owner.to), to: NONE };
}
