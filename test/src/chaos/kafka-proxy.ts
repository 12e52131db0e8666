import { once } from 'node:events';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Kafka's keys of requests. */
const PRODUCE = 0;
const METADATA = 3;
const FIND_COORDINATOR = 10;
const END_TXN = 26;

/** Stands between a client and the brokers; loses responses on their way, and holds requests back. The brokers say of themselves where they are;
 *  the proxy puts itself in their places, so that the client comes to it with everything. */
export class KafkaProxy implements AsyncDisposable {
  /** How many responses to the commit of a transaction are still to be lost, each with its connection. The broker has committed. */
  commitsToLose = 0;
  /** Called once, when the next commit of a transaction is answered, before the client sees the answer. */
  onCommit: (() => void) | undefined;
  readonly #sockets = new Set<net.Socket>();
  readonly #holds = new Set<Hold>();

  private constructor(private readonly places: readonly Place[]) {
    for (const { server, brokerPort } of places) server.on('connection', (client) => this.#serve(client, brokerPort));
  }

  /** `brokers`: `host:port` of each on this machine, separated by commas. */
  static async start(brokers: string): Promise<KafkaProxy> {
    const places = brokers.split(',').map((broker) => ({ server: net.createServer(), brokerPort: Number(broker.split(':')[1]) }));
    for (const { server } of places) {
      server.listen(0, LOOPBACK);
      await once(server, 'listening');
    }
    return new KafkaProxy(places);
  }

  get brokers(): string {
    return this.places.map(({ server }) => `${LOOPBACK}:${portOf(server)}`).join(',');
  }

  /** Holds the next request back that writes to a topic and mentions `text`, such as a transactional id. */
  holdProduce(topic: string, text: string): HeldRequest {
    const arrived = Promise.withResolvers<number>();
    const released = Promise.withResolvers<void>();
    const hold = { topic, text, arrived: arrived.resolve, released: released.promise };
    this.#holds.add(hold);
    return { arrived: arrived.promise, release: released.resolve };
  }

  #heldBack(request: Buffer): Hold | undefined {
    if (request.readInt16BE(4) !== PRODUCE) return undefined;
    const hold = [...this.#holds].find(({ topic, text }) => request.includes(lengthAndText(topic)) && request.includes(text));
    if (hold !== undefined) this.#holds.delete(hold);
    return hold;
  }

  #serve(client: net.Socket, brokerPort: number): void {
    const broker = net.connect(brokerPort, LOOPBACK);
    const cut = () => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.setNoDelay().on('error', cut);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        cut();
      });
    }
    /** The responses that matter, by correlation id. */
    const awaited = new Map<number, 'address' | 'commit'>();
    onFrame(client, (request) => {
      const key = request.readInt16BE(4);
      const correlation = request.readInt32BE(8);
      if (key === METADATA || key === FIND_COORDINATOR) awaited.set(correlation, 'address');
      // Its last field says whether it commits or aborts.
      if (key === END_TXN && request.at(-1) === 1) awaited.set(correlation, 'commit');
      const hold = this.#heldBack(request);
      if (hold === undefined) return broker.write(request);
      // A client has one request under way to each broker: none overtakes it.
      hold.arrived(this.places.findIndex((place) => place.brokerPort === brokerPort));
      return hold.released.then(() => broker.write(request));
    });
    onFrame(broker, (response) => {
      const correlation = response.readInt32BE(4);
      const matter = awaited.get(correlation);
      awaited.delete(correlation);
      if (matter === 'commit') this.#committed();
      if (matter === 'commit' && this.commitsToLose > 0) {
        this.commitsToLose--;
        return cut();
      }
      if (matter === 'address') this.#redirect(response);
      client.write(response);
    });
  }

  #committed(): void {
    const tell = this.onCommit;
    this.onCommit = undefined;
    tell?.();
  }

  /** Whatever the version of the response, an address is a length, a host and a port. */
  #redirect(response: Buffer): void {
    for (const { server, brokerPort } of this.places) {
      const theirs = address(brokerPort);
      for (let at = response.indexOf(theirs); at >= 0; at = response.indexOf(theirs, at)) address(portOf(server)).copy(response, at);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const { server } of this.places) {
      const closed = once(server, 'close');
      server.close();
      await closed;
    }
  }
}

/** Where the proxy stands for a broker. */
interface Place {
  readonly server: net.Server;
  readonly brokerPort: number;
}

interface Hold {
  readonly topic: string;
  readonly text: string;
  readonly arrived: (broker: number) => void;
  readonly released: Promise<void>;
}

export interface HeldRequest {
  /** Resolves when there is such a request, which its broker does not get before `release`: to the broker's place among `brokers`, from 0. */
  readonly arrived: Promise<number>;
  release(): void;
}

function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}

function address(port: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(port);
  return Buffer.concat([lengthAndText(LOOPBACK), bytes]);
}

function lengthAndText(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

/** Each request and each response is preceded by its length, of four bytes. */
function onFrame(socket: net.Socket, told: (frame: Buffer) => unknown): void {
  let bytes: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4) {
      const end = 4 + bytes.readInt32BE(0);
      if (bytes.length < end) return;
      told(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
  });
}
