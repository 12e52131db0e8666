import { SESSION_TAKEN_OVER } from '@rollcall/schema';
import type { Connection } from './device.ts';
import type { Random } from './random.ts';

/** When a client connects under a session name of which nobody has heard yet. Many MQTT libraries pick a random name for each connection. */
export const SESSION_NAMES = ['kept', 'new after a take-over', 'new at each connection'] as const;
export type SessionNames = (typeof SESSION_NAMES)[number];

/** Names the sessions of the connections that a device makes one after the other. */
export function renamed(connections: readonly Connection[], names: SessionNames, random: Random): Connection[] {
  let name: string | undefined;
  return connections.map((connection, index) => {
    const before = connections[index - 1];
    const isNew = names === 'new at each connection' || (names !== 'kept' && before?.ended?.reason === SESSION_TAKEN_OVER);
    if (isNew) name = `${connection.session}-${Math.floor(random.between(0, 2 ** 32)).toString(36)}`;
    return name === undefined ? connection : { ...connection, session: name, newSession: isNew || connection.newSession };
  });
}
