import { once } from 'node:events';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Kafka's keys of requests. */
const METADATA = 3;
const FIND_COORDINATOR = 10;
const END_TXN = 26;

/** Stands between a client and the only broker, and loses responses on their way. The broker says of itself where it is; the proxy puts itself
 *  in that place, so that the client comes to it with everything. */
export class KafkaProxy implements AsyncDisposable {
  /** How many responses to the commit of a transaction are still to be lost, each with its connection. The broker has committed. */
  commitsToLose = 0;
  /** Called once, when the next commit of a transaction is answered, before the client sees the answer. */
  onCommit: (() => void) | undefined;
  readonly #sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    private readonly brokerPort: number,
  ) {
    server.on('connection', (client) => this.#serve(client));
  }

  static async start(brokerPort: number): Promise<KafkaProxy> {
    const server = net.createServer();
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return new KafkaProxy(server, brokerPort);
  }

  get brokers(): string {
    return `${LOOPBACK}:${this.#port}`;
  }

  get #port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  #serve(client: net.Socket): void {
    const broker = net.connect(this.brokerPort, LOOPBACK);
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
      broker.write(request);
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
    const theirs = address(this.brokerPort);
    for (let at = response.indexOf(theirs); at >= 0; at = response.indexOf(theirs, at)) address(this.#port).copy(response, at);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}

function address(port: number): Buffer {
  const bytes = Buffer.alloc(2 + LOOPBACK.length + 4);
  bytes.writeInt16BE(LOOPBACK.length);
  bytes.write(LOOPBACK, 2);
  bytes.writeInt32BE(port, 2 + LOOPBACK.length);
  return bytes;
}

/** Each request and each response is preceded by its length, of four bytes. */
function onFrame(socket: net.Socket, told: (frame: Buffer) => void): void {
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
