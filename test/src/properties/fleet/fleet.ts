import { clientSnapshot, DEFAULT_SETTINGS, sessionOf, sessionSnapshot } from '@rollcall/fold';
import { type Client, exists, isConnected, isConnectedAt, simulateClient } from './client.ts';
import { type CounterVariant, numbered } from './counter.ts';
import { connectedByNumberAlone } from './number-alone.ts';
import { type Projected, project } from './projection.ts';
import { Random } from './random.ts';
import { type Delivered, publish, withoutLostSuccessors } from './service.ts';
import type { SessionNames } from './session-names.ts';

/** How often the projection of a fleet was wrong. What is final is what stands after every event and deadline was delivered. */
export interface Findings {
  sessions: number;
  /** Sessions whose final status is not the true one. */
  wrongSessions: number;
  /** The same, had the highest number decided. */
  wrongByNumberAlone: number;
  clients: number;
  /** Clients whose final presence, confirmation or existence is not the true one. */
  wrongClients: number;
  /** Clients that are shown online although they left for good, and no event or deadline is to come. */
  onlineForEver: number;
  /** Clients that forgot a session. */
  forgetfulClients: number;
  events: number;
  /** Records of the log by which a client's offline became confirmed that was not so before. */
  confirmations: number;
  /** Of these, how many while the device was there by any session, at the log time of the record; also where its Connected was still
   *  under way, which no fold can know. */
  falseConfirmations: number;
}

/** What may differ from one fleet to another. */
export interface FleetVariant {
  readonly counter: CounterVariant;
  readonly names: SessionNames;
  /** Whether some connections that took another one over are never heard of. */
  readonly losesSuccessors: boolean;
  /** How many sessions that ended a client keeps. */
  readonly sessionsKept: number;
}

/** Simulates `clients` clients for a week and projects what Event Grid published of them. */
export function simulateFleet({ counter, names, losesSuccessors, sessionsKept }: FleetVariant, clients: number, seed: number): Findings {
  const random = new Random(seed);
  const findings = {
    ...{ sessions: 0, wrongSessions: 0, wrongByNumberAlone: 0 },
    ...{ clients, wrongClients: 0, onlineForEver: 0, forgetfulClients: 0, events: 0, confirmations: 0, falseConfirmations: 0 },
  };
  for (let index = 0; index < clients; index++) {
    const client = simulateClient(`device-${index}`, { failOver: counter.restarts === 'once by fail-over', names }, random);
    const connections = numbered(client, counter);
    const heardOf = losesSuccessors ? withoutLostSuccessors(connections, random) : connections;
    const log = publish(client, heardOf, random);
    // What nobody hears of is as good as never there.
    judge({ ...client, connections: heardOf }, log, project(client.name, log, { ...DEFAULT_SETTINGS, sessionsKept }), findings);
  }
  return findings;
}

function judge(client: Client, log: readonly Delivered[], { state, confirmedAt }: Projected, findings: Findings): void {
  const sessions = Map.groupBy(client.connections, ({ session }) => session);
  for (const [name, connections] of sessions) {
    const truth = isConnected(connections);
    const session = sessionOf(state, name);
    const connected = session !== undefined && sessionSnapshot(state, session).status === 'connected';
    findings.sessions++;
    if (connected !== truth) findings.wrongSessions++;
    if (connectedByNumberAlone(log, name) !== truth) findings.wrongByNumberAlone++;
  }
  const truth = sessions.size === 0 ? 'unknown' : isConnected(client.connections) ? 'online' : 'offline';
  const seen = clientSnapshot(state);
  if (state.forgotten !== undefined) findings.forgetfulClients++;
  const rightPresence = seen.presence === truth && seen.offlineConfirmed === (truth === 'offline');
  if (!rightPresence || seen.exists !== (exists(client) ? 'yes' : 'no')) findings.wrongClients++;
  if (seen.presence === 'online' && truth === 'offline') findings.onlineForEver++;
  findings.events += log.length;
  findings.confirmations += confirmedAt.length;
  findings.falseConfirmations += confirmedAt.filter((moment) => isConnectedAt(client.connections, moment)).length;
}
