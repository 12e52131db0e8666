import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { LOOPBACK, type Logger } from '@rollcall/service';
import type { Connection, Container, EventContext } from 'rhea';
import { type AccessKey, LOCAL_ACCESS_KEY } from './access.ts';
import { amqpError } from './amqp-error.ts';
import { Hub, type HubOptions } from './hub.ts';
import { Links } from './links.ts';
import { MAX_MESSAGE_BYTES } from './publisher.ts';
import {
  acceptStream,
  deliverEncodedMessages,
  onSessionFlow,
  openContainer,
  writeHandleMax,
  writeTrailingNulls,
} from './rhea-extensions.ts';
import { listenForWebSockets, type WebSocketOptions } from './websockets.ts';

/** Receivers have nothing to acknowledge: their place is a position of their own. Microsoft's Python SDK does not even settle, and
 *  rhea keeps, in a bounded buffer, whatever is sent unsettled. */
const SETTLED = 1;

/** As Event Hubs has them, but for the idle time-out, which is 4 min there. */
const CONNECTION_OPTIONS = {
  host: LOOPBACK,
  idle_time_out: 60_000,
  max_frame_size: 65_536,
  reconnect: false,
  tcp_no_delay: true,
  receiver_options: { autoaccept: false, credit_window: 500, max_message_size: MAX_MESSAGE_BYTES },
  sender_options: { max_message_size: MAX_MESSAGE_BYTES, snd_settle_mode: SETTLED },
} as const;

/** Clients that do not answer a close within this time, in ms, are cut off. */
const CLOSE_TIMEOUT = 1_000;

export interface EmulatorOptions extends HubOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** What tokens are signed with. Default: the local stack's. */
  readonly accessKey?: AccessKey;
  /** Default: no WebSockets. */
  readonly webSockets?: WebSocketOptions | undefined;
}

export interface Emulator {
  readonly port: number;
  /** Undefined without WebSockets. */
  readonly webSocketPort: number | undefined;
  /** Deletes the event hub with all events, and creates it again, while clients use it. */
  recreateHub(): void;
  stop(): Promise<void>;
}

/** Speaks AMQP 1.0 as Azure Event Hubs does, on the loopback interface only. For development and tests.
 *  Rejects if a port is taken, and then has touched no file. */
export async function startEmulator(options: EmulatorOptions, logger: Logger): Promise<Emulator> {
  const { accessKey = LOCAL_ACCESS_KEY } = options;
  const container = openContainer((name, password) => name === accessKey.name && password === accessKey.key);
  const server = container.listen({ ...CONNECTION_OPTIONS, port: options.port });
  await once(server, 'listening');
  const servers: Server[] = [server];
  let webSocketServer: Server | undefined;
  if (options.webSockets) {
    try {
      webSocketServer = await listenForWebSockets(options.webSockets, (stream) => acceptStream(container, stream, CONNECTION_OPTIONS));
      servers.push(webSocketServer);
    } catch (error) {
      server.close();
      throw error;
    }
  }
  let hub = new Hub(options);
  const links = new Links(hub, accessKey);
  serve(container, links, logger);

  const sockets = new Set<Socket>();
  for (const each of servers) {
    each.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  }
  const connections = new Set<Connection>();
  container.on('connection_open', ({ connection }: EventContext) => connections.add(connection));
  container.on('disconnected', ({ connection }: EventContext) => connections.delete(connection));
  container.on('connection_close', ({ connection }: EventContext) => connections.delete(connection));

  return {
    port: portOf(server),
    webSocketPort: webSocketServer && portOf(webSocketServer),
    recreateHub() {
      hub.delete();
      hub = new Hub(options);
      links.replaceHub(hub);
    },
    async stop() {
      const closed = Promise.all(servers.map((each) => once(each, 'close')));
      for (const each of servers) each.close();
      for (const connection of connections) connection.close(amqpError('amqp:connection:forced', 'the emulator stops'));
      const cutOff = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_TIMEOUT);
      await closed;
      clearTimeout(cutOff);
      links.detach(() => true);
      hub.close();
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function serve(container: Container, links: Links, logger: Logger): void {
  container.on('connection_open', ({ connection }: EventContext) => {
    writeTrailingNulls(connection);
    connection['socket'].on('drain', () => links.wakeAll(connection));
  });
  container.on('session_open', ({ session }: EventContext) => {
    if (!session) return;
    deliverEncodedMessages(session);
    onSessionFlow(session, () => links.wakeAll(session.connection));
    writeHandleMax(session);
  });
  container.on('sender_open', ({ sender }: EventContext) => sender && links.attachSender(sender));
  container.on('receiver_open', ({ receiver }: EventContext) => receiver && links.attachReceiver(receiver));
  container.on('sendable', ({ sender }: EventContext) => sender && links.wake(sender));
  container.on('sender_draining', ({ sender }: EventContext) => sender && links.drain(sender));

  container.on('receiver_close', ({ receiver }: EventContext) => links.detach((link) => link === receiver));
  container.on('sender_close', ({ sender }: EventContext) => links.detach((link) => link === sender));
  container.on('session_close', ({ session }: EventContext) => links.detach((link) => link.session === session));
  for (const end of ['connection_close', 'disconnected']) {
    container.on(end, ({ connection }: EventContext) => links.detach((link) => link.connection === connection));
  }
  for (const failure of ['error', 'protocol_error']) {
    container.on(failure, (error: Error) => logger.warn({ reason: error.message }, 'connection failed'));
  }
}
