import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as openSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from '@rollcall/service';
import getPort from 'get-port';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { expect, onTestFinished, vi } from 'vitest';
import { type FrontOptions, runFront } from './front.ts';
import type { LifeCycleEvent } from './life-cycle-event.ts';

/** An event in one line: `client/session Connected 1`. */
export function told(event: LifeCycleEvent): string {
  const { type, data } = event;
  const kind = type.replace(/^.*(Session|MQTTClient)/, '');
  if (!('clientSessionName' in data)) return `${data.clientName} ${kind}`;
  const reason = 'disconnectionReason' in data ? ` ${data.disconnectionReason}` : '';
  return `${data.clientAuthenticationName}/${data.clientSessionName} ${kind} ${data.sequenceNumber}${reason}`;
}

/** A front of its own with its clients, real sockets and all; only Event Hubs is a list. All of it ends with the test. */
export async function startFront(overrides: Partial<FrontOptions> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-mqtt-'));
  const clientsFile = path.join(dir, 'clients.json');
  const port = await getPort({ host: '127.0.0.1' });
  const events: LifeCycleEvent[] = [];
  const hub = {
    down: false,
    async send(_client: string, sent: readonly LifeCycleEvent[]) {
      if (hub.down) throw new Error('away');
      events.push(...sent);
    },
  };
  const warnings: string[] = [];
  const warn = (_fields: object, message: string) => void warnings.push(message);
  const logger = { debug() {}, info() {}, warn, error: warn, fatal: warn } as unknown as Logger;
  const stop = new AbortController();
  const options: FrontOptions = {
    port,
    namespace: 'local',
    dir,
    clientsFile,
    registeredOnly: false,
    limits: { connections: 100, packetBytes: 10_000, connectTimeout: 5_000 },
    mostWaiting: 1_000,
    ...overrides,
  };
  const stopped = runFront(options, hub, logger, stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await stopped;
    rmSync(dir, { recursive: true, force: true });
  });

  /** A real MQTT client that does not come back by itself. */
  async function connect(clientId: string, username?: string, more: IClientOptions = {}): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId,
      ...(username === undefined ? {} : { username }),
      reconnectPeriod: 0,
      ...more,
    });
    client.on('error', () => {});
    onTestFinished(() => void client.end(true));
    return client;
  }

  /** A bare socket, connected. */
  async function socket(): Promise<Socket> {
    const opened = openSocket(port, '127.0.0.1');
    opened.on('error', () => {});
    onTestFinished(() => void opened.destroy());
    await once(opened, 'connect');
    return opened;
  }

  /** Sends a CONNECT and returns the code of the CONNACK. */
  async function knock(names: { clientId: string; username?: string; version?: number; keepalive?: number }) {
    const opened = await socket();
    opened.write(connectPacket(names));
    const answer = await new Promise<Buffer>((resolve, reject) => {
      opened.once('data', resolve);
      opened.once('close', () => reject(new Error('closed without an answer')));
    });
    expect(answer.subarray(0, 2)).toEqual(Buffer.from([0x20, 2]));
    return { code: answer[3], socket: opened };
  }

  await vi.waitFor(async () => expect((await knock({ clientId: '' })).code).toBe(2), { timeout: 5_000 });
  return {
    port,
    hub,
    warnings,
    connect,
    socket,
    knock,
    events,
    register: (clients: object | string) => writeFileSync(clientsFile, typeof clients === 'string' ? clients : JSON.stringify(clients)),
    /** Waits until exactly these have been published. */
    hears: (...lines: string[]) => vi.waitFor(() => expect(events.map(told)).toEqual(lines), { timeout: 10_000 }),
    async stop() {
      stop.abort();
      await stopped;
    },
  };
}

/** MQTT 3.1.1, section 3.1. */
export function connectPacket(names: { clientId: string; username?: string; version?: number; keepalive?: number }): Buffer {
  const { clientId, username, version = 4, keepalive = 0 } = names;
  const text = (value: string) =>
    Buffer.concat([Buffer.from([Buffer.byteLength(value) >> 8, Buffer.byteLength(value) & 0xff]), Buffer.from(value)]);
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([version, username === undefined ? 0x02 : 0x82, keepalive >> 8, keepalive & 0xff]),
    ...(version === 5 ? [Buffer.from([0])] : []),
    text(clientId),
    ...(username === undefined ? [] : [text(username)]),
  ]);
  return packet(0x10, body);
}

export function packet(header: number, body: Uint8Array): Buffer {
  const length = body.length < 128 ? [body.length] : [0x80 | (body.length & 0x7f), body.length >> 7];
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}
