import { once } from 'node:events';
import net from 'node:net';
import { LOOPBACK } from '@rollcall/service';

/** A connection between two parts of a stack that can be cut: what goes to `port` comes to `target`. */
export class Link {
  readonly #server = net.createServer((socket) => this.#join(socket));
  readonly #sockets = new Set<net.Socket>();
  #isCut = false;

  private constructor(private readonly target: number) {}

  static async to(target: number): Promise<Link> {
    const link = new Link(target);
    link.#server.listen(0, LOOPBACK);
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Ends what is connected, and whatever connects until `mend`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(from: net.Socket): void {
    if (this.#isCut) {
      from.destroy();
      return;
    }
    const to = net.connect(this.target, LOOPBACK);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay().pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}
