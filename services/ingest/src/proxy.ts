import type { WebSocketOptions } from '@azure/event-hubs';
import { ConfigInvalid } from '@rollcall/service';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { WebSocket } from 'ws';

/** AMQP over WebSockets (port 443) to `host`, through the proxy that HTTPS_PROXY names, unless NO_PROXY lists the host. The storage and the identity
 *  go by the same variables without our doing. Throws ConfigInvalid. */
export function overWebSockets(host: string): WebSocketOptions {
  const proxy = getProxyForUrl(`https://${host}`);
  return { webSocket: WebSocket, webSocketConstructorOptions: proxy === '' ? {} : { agent: agentFor(proxy) } };
}

function agentFor(proxy: string): HttpsProxyAgent<string> {
  if (!URL.canParse(proxy) || !/^https?:$/.test(new URL(proxy).protocol)) {
    throw new ConfigInvalid('HTTPS_PROXY is wrong: expected http://host:port');
  }
  return new HttpsProxyAgent(proxy);
}
