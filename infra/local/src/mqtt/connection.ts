import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { FrameScanner } from './frames.ts';
import type { DisconnectionReason } from './life-cycle-event.ts';

/** How long a peer may take to read what it was sent last, for example why it was refused. */
const LINGER_MS = 1_000;

/** A client's socket as the broker sees it, which knows why it ended. The broker has no public word for that, and no limit to a packet. */
export class Connection extends Duplex {
  readonly #socket: Socket;
  readonly #scanner: FrameScanner;
  #peerLeft = false;
  #reason: DisconnectionReason | undefined;
  /** Called once, when it ends or the peer is gone. */
  onEnd: (reason: DisconnectionReason) => void = () => {};

  constructor(socket: Socket, maxPacketBytes: number) {
    super();
    this.#socket = socket;
    this.#scanner = new FrameScanner(maxPacketBytes);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('end', () => {
      this.#peerLeft = true;
    });
    socket.on('error', () => {
      this.#peerLeft = true;
    });
    socket.on('close', () => {
      this.#settle(this.#scanner.lastWord === 'disconnect' ? 'ClientInitiatedDisconnect' : 'ConnectionLost');
      this.push(null); // the broker still reads what came before
    });
  }

  get ended(): boolean {
    return this.#reason !== undefined;
  }

  /** Ends it for a reason of the server's. */
  terminate(reason: DisconnectionReason): void {
    this.#settle(reason);
    this.destroy();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  /** The broker writes a packet in small pieces. */
  override _writev(pieces: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(pieces.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#settle(this.#whyTheBrokerEndsIt(error));
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => clearTimeout(linger));
    this.#socket.destroySoon();
    done();
  }

  #receive(chunk: Buffer): void {
    if (this.#reason !== undefined) return;
    this.#scanner.feed(chunk);
    if (this.#scanner.lastWord === 'violation') this.terminate('ClientError');
    else if (!this.push(chunk)) this.#socket.pause();
  }

  #whyTheBrokerEndsIt(error: Error | null): DisconnectionReason {
    if (this.#scanner.lastWord === 'disconnect') return 'ClientInitiatedDisconnect';
    if (this.#peerLeft || error?.message === 'drain timeout') return 'ConnectionLost';
    return error ? 'ClientError' : 'ServerError';
  }

  #settle(reason: DisconnectionReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.onEnd(reason);
  }
}
