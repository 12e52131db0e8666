import { createServer, type Server } from 'node:net';
import { LOOPBACK, type Logger } from '@rollcall/service';
import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { Connection } from './connection.ts';
import type { DisconnectionReason, SessionConnected } from './life-cycle-event.ts';
import { isName } from './names.ts';

/** What the broker asks and tells. */
export interface SessionObserver {
  /** Why this client may not connect now, if it may not. */
  refusal(client: string): 'unauthorized' | 'unavailable' | undefined;
  connects(client: string, session: string): SessionConnected;
  ends(connection: SessionConnected, reason: DisconnectionReason): void;
}

export interface BrokerLimits {
  readonly connections: number;
  readonly packetBytes: number;
  /** Milliseconds from the socket to its CONNECT. */
  readonly connectTimeout: number;
}

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3. */
const REFUSED = { sessionName: 2, unavailable: 3, clientName: 4, unauthorized: 5 } as const;
type Refusal = keyof typeof REFUSED;

interface LiveSession {
  readonly client: string;
  readonly mqtt: Client;
  readonly connection: Connection;
}

/** A real MQTT 3.1 and 3.1.1 broker, on the loopback interface. User name = client authentication name, client id = session name; without a
 *  user name the client id is both. A session name in use by another client is refused, as Event Grid does
 *  (learn.microsoft.com/azure/event-grid/mqtt-establishing-multiple-sessions-per-client). */
export class Broker {
  readonly #observer = Promise.withResolvers<SessionObserver>();
  readonly #logger: Logger;
  readonly #mqtt: Aedes;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #names = new WeakMap<Client, { client: string; session: string }>();
  /** By session name. */
  readonly #live = new Map<string, LiveSession>();

  constructor(limits: BrokerLimits, logger: Logger) {
    this.#logger = logger;
    this.#mqtt = new Aedes({
      connectTimeout: limits.connectTimeout,
      preConnect: (mqtt, packet, done) => {
        const session = packet.clientId;
        const client = packet.username ?? session;
        this.#names.set(mqtt, { client, session });
        // What MQTT keeps of a session, such as subscriptions, stays with its client.
        packet.clientId = JSON.stringify([client, session]);
        done(null, true);
      },
      authenticate: (mqtt, _username, _password, done) => {
        void this.#observer.promise.then((observer) => this.#admit(observer, mqtt, done));
      },
      authorizePublish: (mqtt, packet, done) => {
        if (!packet.topic.startsWith('$SYS/')) return done(null);
        if (mqtt) connectionOf(mqtt).terminate('ClientAuthorizationError');
        done(new Error('topic is reserved'));
      },
      maxClientsIdLength: Number.MAX_SAFE_INTEGER,
    });
    this.#mqtt.on('keepaliveTimeout', (mqtt) => connectionOf(mqtt).terminate('ConnectionLost'));
    for (const event of ['clientError', 'connectionError'] as const) {
      this.#mqtt.on(event, (mqtt, error) => this.#logger.debug({ ...this.#names.get(mqtt), err: error }, 'mqtt error'));
    }
    this.#server = createServer((socket) => {
      const connection = new Connection(socket, limits.packetBytes);
      this.#connections.add(connection);
      socket.once('close', () => this.#connections.delete(connection));
      this.#mqtt.handle(connection);
    });
    this.#server.maxConnections = limits.connections;
    this.#server.on('drop', () => this.#logger.warn({ limit: limits.connections }, 'connection refused: too many'));
  }

  /** Takes the port; clients wait until it serves. */
  async listen(port: number): Promise<void> {
    await this.#mqtt.listen();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(port, LOOPBACK, resolve);
    await promise;
  }

  serve(observer: SessionObserver): void {
    this.#observer.resolve(observer);
  }

  /** Ends all that `client` has connected. */
  disconnect(client: string, reason: DisconnectionReason): void {
    for (const live of [...this.#live.values()]) if (live.client === client) live.connection.terminate(reason);
  }

  async stop(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    for (const connection of this.#connections) connection.terminate('ServerInitiatedDisconnect');
    await closed.promise;
    await new Promise<void>((resolve) => this.#mqtt.close(resolve));
  }

  #admit(observer: SessionObserver, mqtt: Client, done: (error: AuthenticateError | null, admitted: boolean | null) => void): void {
    const names = this.#names.get(mqtt);
    if (!names || connectionOf(mqtt).ended) {
      done(refused('unavailable'), null);
      return;
    }
    const { client, session } = names;
    const holder = this.#live.get(session);
    const refusal = refusalOf(observer, client, session, holder);
    if (refusal) {
      this.#logger.info({ client, session, refusal }, 'connection refused');
      done(refused(refusal), null);
      return;
    }
    this.#enter(observer, mqtt, client, session);
    if (!holder) {
      done(null, true);
      return;
    }
    holder.connection.terminate('SessionTakenOver');
    holder.mqtt.close(() => done(null, true));
  }

  #enter(observer: SessionObserver, mqtt: Client, client: string, session: string): void {
    const connection = connectionOf(mqtt);
    const connected = observer.connects(client, session);
    const live = { client, mqtt, connection };
    this.#live.set(session, live);
    connection.onEnd = (reason) => {
      if (this.#live.get(session) === live) this.#live.delete(session);
      observer.ends(connected, reason);
    };
  }
}

function refused(refusal: Refusal): AuthenticateError {
  return Object.assign(new Error(refusal), { returnCode: REFUSED[refusal] });
}

function refusalOf(observer: SessionObserver, client: string, session: string, holder: LiveSession | undefined): Refusal | undefined {
  if (!isName(session)) return 'sessionName';
  if (!isName(client)) return 'clientName';
  if (holder && holder.client !== client) return 'unauthorized';
  return observer.refusal(client);
}

function connectionOf(mqtt: Client): Connection {
  if (mqtt.conn instanceof Connection) return mqtt.conn;
  throw new TypeError('not a connection of this broker');
}
