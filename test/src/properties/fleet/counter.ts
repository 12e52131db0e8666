import { type Client, FAIL_OVER_AT } from './client.ts';
import type { Connection } from './device.ts';

/** What Event Grid does not document: who owns a counter, and when it begins again. */
export interface CounterVariant {
  readonly scope: 'session' | 'client';
  readonly restarts: 'never' | 'with each session' | 'on re-creation' | 'once by fail-over';
}

export const VARIANTS: readonly CounterVariant[] = (['session', 'client'] as const).flatMap((scope) =>
  (['never', 'with each session', 'on re-creation', 'once by fail-over'] as const).map((restarts) => ({ scope, restarts })),
);

export interface NumberedConnection extends Connection {
  readonly number: number;
}

/** Numbers a client's connections in the order of their beginnings. */
export function numbered({ connections, deletedAt }: Client, { scope, restarts }: CounterVariant): NumberedConnection[] {
  const restartedAt = { never: undefined, 'with each session': undefined, 'on re-creation': deletedAt, 'once by fail-over': FAIL_OVER_AT }[
    restarts
  ];
  const counters = new Map<string, { number: number; at: number }>();
  return connections.map((connection) => {
    const owner = scope === 'session' ? connection.session : '';
    const last = counters.get(owner);
    const restarted =
      last === undefined ||
      (restarts === 'with each session' && connection.newSession) ||
      (restartedAt !== undefined && last.at < restartedAt && connection.startedAt >= restartedAt);
    const number = restarted ? 1 : last.number + 1;
    counters.set(owner, { number, at: connection.startedAt });
    return { ...connection, number };
  });
}
