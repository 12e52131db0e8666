import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { LOOPBACK, type Logger } from '@rollcall/service';
import type { Connection, Container, EventContext, Sender } from 'rhea';
import { type AccessKey, LOCAL_ACCESS_KEY } from './access.ts';
import { amqpError } from './amqp-error.ts';
import { Hub, type HubOptions } from './hub.ts';
import { Links } from './links.ts';
import { MAX_MESSAGE_BYTES } from './publisher.ts';
import { deliverEncodedMessages, openContainer, writeHandleMax, writeTrailingNulls } from './rhea-extensions.ts';

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
}

export interface Emulator {
  readonly port: number;
  stop(): Promise<void>;
}

/** Speaks AMQP 1.0 as Azure Event Hubs does, on the loopback interface only. For development and tests.
 *  Rejects if the port is taken, and then has touched no file. */
export async function startEmulator(options: EmulatorOptions, logger: Logger): Promise<Emulator> {
  const { accessKey = LOCAL_ACCESS_KEY } = options;
  const container = openContainer((name, password) => name === accessKey.name && password === accessKey.key);
  const server = container.listen({ ...CONNECTION_OPTIONS, port: options.port });
  await once(server, 'listening');
  const hub = new Hub(options);
  serve(container, new Links(hub, accessKey), logger);

  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const connections = new Set<Connection>();
  container.on('connection_open', ({ connection }: EventContext) => connections.add(connection));
  container.on('disconnected', ({ connection }: EventContext) => connections.delete(connection));
  container.on('connection_close', ({ connection }: EventContext) => connections.delete(connection));

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const connection of connections) connection.close(amqpError('amqp:connection:forced', 'the emulator stops'));
      const cutOff = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_TIMEOUT);
      await closed;
      clearTimeout(cutOff);
      hub.close();
    },
  };
}

function serve(container: Container, links: Links, logger: Logger): void {
  container.on('connection_open', ({ connection }: EventContext) => {
    writeTrailingNulls(connection);
    connection['socket'].on('drain', () => links.wakeAll(connection));
  });
  container.on('session_open', ({ session }: EventContext) => {
    if (!session) return;
    deliverEncodedMessages(session);
    writeHandleMax(session);
  });
  container.on('sender_open', ({ sender }: EventContext) => sender && links.attachSender(sender));
  container.on('receiver_open', ({ receiver }: EventContext) => receiver && links.attachReceiver(receiver));
  container.on('sendable', ({ sender }: EventContext) => sender && links.wake(sender));
  container.on('sender_draining', ({ sender }: EventContext) => sender && links.drain(sender));

  container.on('sender_close', ({ sender }: EventContext) => links.detach((link: Sender) => link === sender));
  container.on('session_close', ({ session }: EventContext) => links.detach((link: Sender) => link.session === session));
  for (const end of ['connection_close', 'disconnected']) {
    container.on(end, ({ connection }: EventContext) => links.detach((link: Sender) => link.connection === connection));
  }
  for (const failure of ['error', 'protocol_error']) {
    container.on(failure, (error: Error) => logger.warn({ reason: error.message }, 'connection failed'));
  }
}
