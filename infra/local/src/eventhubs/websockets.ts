import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import { LOOPBACK } from '@rollcall/service';
import { createWebSocketStream, WebSocketServer } from 'ws';

/** As in Event Hubs. Source: learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide and `@azure/core-amqp`,
 *  which always takes TLS for WebSockets, for the emulator, too */
const PATH = '/$servicebus/websocket';
const SUBPROTOCOL = 'AMQPWSB10';

export interface WebSocketOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}

/** Takes AMQP over WebSockets, over TLS: `accept` gets the bytes of each connection. Rejects if the port is taken or the
 *  certificate is none. */
export async function listenForWebSockets({ port, cert, key }: WebSocketOptions, accept: (stream: Duplex) => void): Promise<Server> {
  const server = createServer({ cert, key }, (_, response) => response.writeHead(426).end());
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const handleProtocols = (offered: Set<string>) => offered.has(SUBPROTOCOL) && SUBPROTOCOL;
  const webSockets = new WebSocketServer({ server, path: PATH, handleProtocols });
  webSockets.on('connection', (webSocket) => accept(createWebSocketStream(webSocket)));
  return server;
}
