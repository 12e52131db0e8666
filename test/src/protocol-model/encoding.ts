import type { ClientId } from './history.ts';
import { type Change, type Owner, PHASES, type Phase, QUIET, type Redis, type State, type StateRecord, UNCLAIMED } from './state.ts';

/** States as short strings, equal for states that no step can tell apart:
 *  the two owners are interchangeable, and a chain matters only by what it is equal to. */

const LIVE = 1; // the chain Redis has now
const COPIED = 2; // the one in the older copy, if another
const DEAD = 3; // never to be met again

const NOTHING_IN_MEMORY = '\xff';

export function encode(state: State, chainsRecur: boolean): string {
  const live = state.redis.chain;
  const copied = state.copy?.chain ?? UNCLAIMED;
  const rename = (chain: number): number => {
    if (chainsRecur || chain === UNCLAIMED) return chain;
    if (chain === live) return LIVE;
    return chain === copied ? COPIED : DEAD;
  };
  const { kafka, faults } = state;
  const parts = [
    kafka.logStart,
    kafka.committed + 1,
    kafka.changes.length,
    ...kafka.changes.map(changeCode),
    kafka.table.length,
    ...kafka.table.map((record) => (record.client << 4) | record.snapshot),
    ...redisParts(state.redis, rename),
    state.shown[0],
    state.shown[1],
    state.copy ? 1 : 0,
    ...(state.copy ? redisParts(state.copy, rename) : []),
    faults.emptied,
    faults.rolledBack,
    faults.logCut,
    faults.offsetLost,
  ];
  const first = ownerKey(state.owners[0], rename);
  const second = ownerKey(state.owners[1], rename);
  return String.fromCharCode(...parts) + (first <= second ? first + second : second + first);
}

function changeCode({ offset, snapshot }: Change): number {
  return (offset << 4) | snapshot;
}

function change(code: number): Change {
  return { offset: code >> 4, snapshot: code & 15 };
}

function redisParts(redis: Redis, rename: (chain: number) => number): number[] {
  return [redis.clients[0], redis.clients[1], redis.watermark + 2, rename(redis.chain)];
}

function ownerKey(owner: Owner, rename: (chain: number) => number): string {
  if (owner === QUIET) return NOTHING_IN_MEMORY;
  return String.fromCharCode(
    PHASES.indexOf(owner.phase),
    owner.at,
    owner.current ? 1 : 0,
    rename(owner.chain),
    owner.next + 2,
    owner.target + 2,
    owner.to + 2,
    owner.cache[0],
    owner.cache[1],
    owner.staged[0],
    owner.staged[1],
    owner.derived.length,
    ...owner.derived.map(changeCode),
  );
}

export function decode(key: string): State {
  let index = 0;
  const next = (): number => key.charCodeAt(index++);
  const list = <T>(read: (code: number) => T): T[] => Array.from({ length: next() }, () => read(next()));
  const redis = (): Redis => ({ clients: [next(), next()], watermark: next() - 2, chain: next() });
  const owner = (): Owner => {
    const phase = next();
    if (phase === NOTHING_IN_MEMORY.charCodeAt(0)) return QUIET;
    return {
      phase: PHASES[phase] as Phase,
      at: next(),
      current: next() === 1,
      chain: next(),
      next: next() - 2,
      target: next() - 2,
      to: next() - 2,
      cache: [next(), next()],
      staged: [next(), next()],
      derived: list(change),
    };
  };
  return {
    kafka: {
      logStart: next(),
      committed: next() - 1,
      changes: list(change),
      table: list((code): StateRecord => ({ client: (code >> 4) as ClientId, snapshot: code & 15 })),
    },
    redis: redis(),
    shown: [next(), next()],
    copy: next() === 1 ? redis() : undefined,
    faults: { emptied: next(), rolledBack: next(), logCut: next(), offsetLost: next() },
    owners: [owner(), owner()],
  };
}
