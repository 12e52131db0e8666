import type { ClientId, Snapshot } from './history.ts';
import type { Protocol } from './protocol.ts';
import { RESTORING, type Redis, type State } from './state.ts';

/** The scripts of one partition's slot in Redis; each is one step. */

/** Whether Redis is as this owner left it. */
export function matches(protocol: Protocol, redis: Redis, chain: number): boolean {
  if (protocol.compare === 'nothing') return true;
  return chain === (protocol.compare === 'watermark' ? watermarkAsChain(redis) : redis.chain);
}

/** Writes what is given and counts the chain up; returns the chain that the owner now expects there. */
export function write(protocol: Protocol, state: State, change: Partial<Redis>): number {
  const written = { ...state.redis, ...change };
  const chain = protocol.compare === 'watermark' ? watermarkAsChain(written) : freshChain(state);
  state.redis = { ...written, chain };
  return chain;
}

/** The claim compares nothing: it takes Redis from whoever had it, and tells the watermark. */
export function claim(protocol: Protocol, state: State): { chain: number; watermark: number } {
  const chain = write(protocol, state, {});
  return { chain, watermark: state.redis.watermark };
}

export function mark(): Partial<Redis> {
  return { watermark: RESTORING };
}

export function put(redis: Redis, client: ClientId, snapshot: Snapshot): Partial<Redis> {
  return { clients: client === 0 ? [snapshot, redis.clients[1]] : [redis.clients[0], snapshot] };
}

function watermarkAsChain(redis: Redis): number {
  return redis.watermark - RESTORING + 1;
}

function freshChain(state: State): number {
  return 1 + Math.max(state.redis.chain, state.copy?.chain ?? 0, state.owners[0].chain, state.owners[1].chain);
}
