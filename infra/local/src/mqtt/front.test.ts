import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { connectPacket, packet, startFront } from './front.test-kit.ts';

vi.setConfig({ testTimeout: 20_000 });

const DISCONNECT = Buffer.from([0xe0, 0]);

describe('why a session ended', () => {
  it('is ClientInitiatedDisconnect after a DISCONNECT', async () => {
    const front = await startFront();
    const client = await front.connect('session-1', 'sensor-1');
    await client.endAsync();
    await front.hears('sensor-1/session-1 Connected 1', 'sensor-1/session-1 Disconnected 1 ClientInitiatedDisconnect');
  });

  it('is ClientInitiatedDisconnect however little time the client leaves', async () => {
    const front = await startFront();
    const hasty = await front.knock({ clientId: 's' });
    hasty.socket.end(Buffer.concat([packet(0x30, Buffer.from('\0\x01tlast words')), DISCONNECT]));
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ClientInitiatedDisconnect');
    const hastier = await front.socket();
    hastier.end(Buffer.concat([connectPacket({ clientId: 't' }), DISCONNECT]));
    await front.hears(
      's/s Connected 1',
      's/s Disconnected 1 ClientInitiatedDisconnect',
      't/t Connected 1',
      't/t Disconnected 1 ClientInitiatedDisconnect',
    );
  });

  it('is ConnectionLost when the socket is reset, and when it closes without a DISCONNECT', async () => {
    const front = await startFront();
    const reset = await front.knock({ clientId: 's' });
    reset.socket.resetAndDestroy();
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ConnectionLost');
    const closed = await front.knock({ clientId: 't' });
    closed.socket.end();
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ConnectionLost', 't/t Connected 1', 't/t Disconnected 1 ConnectionLost');
  });

  it('is ConnectionLost when the keep-alive is missed', async () => {
    const front = await startFront();
    await front.knock({ clientId: 's', keepalive: 1 });
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ConnectionLost');
    const [connected, lost] = front.events.map(({ time }) => Date.parse(time));
    expect((lost ?? 0) - (connected ?? 0)).toBeGreaterThanOrEqual(1_490);
  });

  it.each([
    ['bytes that are no MQTT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a second CONNECT', connectPacket({ clientId: 's' })],
    ['a packet that only servers send', Buffer.from([0x20, 2, 0, 0])],
    ['a SUBSCRIBE without a topic', packet(0x82, Buffer.from('\0\x01'))],
    ['a PUBLISH to a wildcard', packet(0x30, Buffer.from('\0\x01#'))],
    ['a packet over the limit', packet(0x30, Buffer.alloc(10_001))],
  ])('is ClientError after %s', async (_, bytes) => {
    const front = await startFront();
    const { socket } = await front.knock({ clientId: 's' });
    socket.write(bytes);
    await once(socket, 'close');
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ClientError');
  });

  it('is ClientAuthorizationError after a PUBLISH to a topic of the server', async () => {
    const front = await startFront();
    const { socket } = await front.knock({ clientId: 's' });
    socket.write(packet(0x30, Buffer.from('\0\x06$SYS/x')));
    await once(socket, 'close');
    await front.hears('s/s Connected 1', 's/s Disconnected 1 ClientAuthorizationError');
  });

  it('is ServerInitiatedDisconnect for all when the front stops', async () => {
    const front = await startFront();
    await front.connect('s');
    await front.connect('t');
    await front.stop();
    await front.hears(
      's/s Connected 1',
      't/t Connected 1',
      's/s Disconnected 1 ServerInitiatedDisconnect',
      't/t Disconnected 1 ServerInitiatedDisconnect',
    );
  });
});

describe('a session that is taken over', () => {
  it('ends before its successor begins, and the successor works', async () => {
    const front = await startFront();
    const first = await front.connect('s', 'c');
    const firstClosed = new Promise<void>((resolve) => first.once('close', resolve));
    const second = await front.connect('s', 'c');
    await firstClosed;
    await front.hears('c/s Connected 1', 'c/s Disconnected 1 SessionTakenOver', 'c/s Connected 2');
    const message = new Promise<string>((resolve) => second.once('message', (_topic, payload) => resolve(String(payload))));
    await second.subscribeAsync('greetings');
    await second.publishAsync('greetings', 'hello');
    expect(await message).toBe('hello');
    await second.endAsync();
    await front.hears(
      'c/s Connected 1',
      'c/s Disconnected 1 SessionTakenOver',
      'c/s Connected 2',
      'c/s Disconnected 2 ClientInitiatedDisconnect',
    );
  });

  it('has one holder, whatever storm of clients fights over it', async () => {
    const front = await startFront();
    const sockets = await Promise.all(Array.from({ length: 30 }, () => front.socket()));
    for (const socket of sockets) socket.resume().write(connectPacket({ clientId: 's' }));
    const takeOvers = Array.from({ length: 29 }, (_, at) => [`s/s Disconnected ${at + 1} SessionTakenOver`, `s/s Connected ${at + 2}`]);
    await front.hears('s/s Connected 1', ...takeOvers.flat());
    await vi.waitFor(() => expect(sockets.filter((socket) => !socket.closed)).toHaveLength(1));
    const [holder] = sockets.filter((socket) => !socket.closed);
    const answers: number[] = [];
    holder?.on('data', (answer: Buffer) => answers.push(...answer));
    holder?.write(Buffer.from([0xc0, 0]));
    await vi.waitFor(() => expect(answers.slice(-2)).toEqual([0xd0, 0]));
    holder?.destroy();
    await front.hears('s/s Connected 1', ...takeOvers.flat(), 's/s Disconnected 30 ConnectionLost');
  });

  it('is not given to another client', async () => {
    const front = await startFront();
    const holder = await front.connect('s', 'a');
    expect((await front.knock({ clientId: 's', username: 'b' })).code).toBe(5);
    await holder.endAsync();
    expect((await front.knock({ clientId: 's', username: 'b' })).code).toBe(0);
    await front.hears('a/s Connected 1', 'a/s Disconnected 1 ClientInitiatedDisconnect', 'b/s Connected 1');
  });
});

describe('who may connect', () => {
  it('without a user name is called by the client id', async () => {
    const front = await startFront();
    await front.connect('only-one');
    await front.hears('only-one/only-one Connected 1');
  });

  it('is told why not: session name 2, user name 4, MQTT 5 1', async () => {
    const front = await startFront();
    const longest = 'é%/:{} 👋'.padEnd(129, '…'); // 128 characters, 129 UTF-16 units
    expect([...longest]).toHaveLength(128);
    expect((await front.knock({ clientId: '' })).code).toBe(2);
    expect((await front.knock({ clientId: `${longest}x` })).code).toBe(2);
    expect((await front.knock({ clientId: 's', username: '' })).code).toBe(4);
    expect((await front.knock({ clientId: 's', username: `${longest}x` })).code).toBe(4);
    expect((await front.knock({ clientId: 's', version: 5 })).code).toBe(1);
    expect((await front.knock({ clientId: longest, username: longest })).code).toBe(0);
    await front.hears(`${longest}/${longest} Connected 1`);
  });

  it('is anybody who is not disabled, or only who is registered', async () => {
    const open = await startFront();
    open.register({ off: { state: 'Disabled' } });
    await open.hears('off CreatedOrUpdated');
    expect((await open.knock({ clientId: 'off' })).code).toBe(5);
    expect((await open.knock({ clientId: 'stranger' })).code).toBe(0);

    const closed = await startFront({ registeredOnly: true });
    expect((await closed.knock({ clientId: 'friend' })).code).toBe(5);
    closed.register({ friend: {} });
    await closed.hears('friend CreatedOrUpdated');
    expect((await closed.knock({ clientId: 'friend' })).code).toBe(0);
  });

  it('is not noticed before it says who it is', async () => {
    const front = await startFront({ limits: { connections: 100, packetBytes: 10_000, connectTimeout: 200 } });
    (await front.socket()).end();
    (await front.socket()).resetAndDestroy();
    await once((await front.socket()).resume(), 'close'); // too slow
    await once((await front.socket()).resume().end(DISCONNECT), 'close');
    await front.connect('s');
    await front.hears('s/s Connected 1');
    expect(front.warnings).toEqual([]);
  });

  it('waits outside when there are too many', async () => {
    const front = await startFront({ limits: { connections: 2, packetBytes: 10_000, connectTimeout: 5_000 } });
    const first = await front.connect('s');
    await front.connect('t');
    await once((await front.socket()).resume(), 'close');
    await first.endAsync();
    await vi.waitFor(async () => expect((await front.knock({ clientId: 'u' })).code).toBe(0), { timeout: 5_000 });
    expect(front.warnings).toContain('connection refused: too many');
  });
});

describe('registered clients', () => {
  it('are created, updated and deleted as the file says', async () => {
    const front = await startFront();
    front.register({ 'sensor-1': { state: 'Enabled', attributes: { floor: 3 } } });
    await front.hears('sensor-1 CreatedOrUpdated');
    front.register({ 'sensor-1': { state: 'Enabled', attributes: { floor: 4 } }, 'sensor-2': {} });
    await front.hears('sensor-1 CreatedOrUpdated', 'sensor-1 CreatedOrUpdated', 'sensor-2 CreatedOrUpdated');
    front.register({ 'sensor-2': {} });
    await front.hears('sensor-1 CreatedOrUpdated', 'sensor-1 CreatedOrUpdated', 'sensor-2 CreatedOrUpdated', 'sensor-1 Deleted');
  });

  it('are disconnected with ClientAuthenticationError when disabled or deleted, and not when only changed', async () => {
    const front = await startFront();
    const registered = ['a CreatedOrUpdated', 'b CreatedOrUpdated'];
    front.register({ a: {}, b: {} });
    await front.hears(...registered);
    await front.connect('a');
    await front.connect('b');
    front.register({ a: { attributes: { floor: 1 } }, b: {} });
    const connected = [...registered, 'a/a Connected 1', 'b/b Connected 1', 'a CreatedOrUpdated'];
    await front.hears(...connected);
    front.register({ a: { state: 'Disabled', attributes: { floor: 1 } } });
    await vi.waitFor(() => expect(front.events).toHaveLength(connected.length + 4));
    await front.hears(
      ...connected,
      'b Deleted',
      'a CreatedOrUpdated',
      'b/b Disconnected 1 ClientAuthenticationError',
      'a/a Disconnected 1 ClientAuthenticationError',
    );
  });

  it.each([
    ['is not JSON', '{"a":'],
    ['holds something else', '{"a":{"state":"Sleeping"}}'],
  ])('stay as they are while the file %s, with one warning', async (_, broken) => {
    const front = await startFront();
    front.register({ a: {} });
    await front.hears('a CreatedOrUpdated');
    front.register(broken);
    await vi.waitFor(() => expect(front.warnings).toEqual(['clients file is broken: the clients stay as they were']));
    front.register({ a: {}, b: {} });
    await front.hears('a CreatedOrUpdated', 'b CreatedOrUpdated');
    expect(front.warnings).toHaveLength(1);
  });
});

describe('while Event Hubs is away', () => {
  it('keeps the events in order, and refuses new connections rather than lose any', async () => {
    const front = await startFront({ mostWaiting: 3 });
    front.hub.down = true;
    const first = await front.connect('s');
    const second = await front.connect('t');
    await first.endAsync();
    expect((await front.knock({ clientId: 'u' })).code).toBe(3);
    await second.endAsync();
    await vi.waitFor(() => expect(front.warnings).toEqual(['event hubs takes no events']));
    expect(front.events).toEqual([]);
    front.hub.down = false;
    await vi.waitFor(() => expect(front.events).toHaveLength(4), { timeout: 5_000 });
    const of = (session: string) => front.events.filter(({ data }) => data.clientAuthenticationName === session).map(({ type }) => type);
    for (const session of ['s', 't']) {
      expect(of(session)).toEqual(['Microsoft.EventGrid.MQTTClientSessionConnected', 'Microsoft.EventGrid.MQTTClientSessionDisconnected']);
    }
    await front.connect('u');
    expect(front.warnings).toHaveLength(1);
  });
});
