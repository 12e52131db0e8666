import net from 'node:net';

export type Reply = string | number | null | readonly Reply[];

/** Redis without a client library between: what the checks read is what any program would read. One command at a time. */
export class RedisConnection {
  #socket: net.Socket | undefined;

  constructor(private readonly port: number) {}

  /** Throws where Redis answers with an error, or not at all. */
  async ask(...command: readonly string[]): Promise<Reply> {
    if (this.#socket?.destroyed) this.#socket = undefined;
    const socket = this.#socket ?? (await connect(this.port));
    this.#socket = socket;
    try {
      return await new Promise<Reply>((resolve, reject) => {
        const chunks: Buffer[] = [];
        const onData = (chunk: Buffer) => {
          chunks.push(chunk);
          if (!chunk.subarray(-2).equals(LINE_END)) return;
          const parsed = parse(Buffer.concat(chunks), 0);
          if (parsed === undefined) return;
          if (parsed.reply instanceof Error) reject(parsed.reply);
          else resolve(parsed.reply);
        };
        socket.removeAllListeners();
        socket.on('data', onData);
        socket.on('error', reject);
        socket.on('close', () => reject(new Error('Redis closed the connection')));
        if (socket.destroyed) reject(new Error('Redis closed the connection'));
        socket.write(encodeCommand(command));
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#socket?.removeAllListeners().on('error', () => {});
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

/** As it goes to Redis. */
export function encodeCommand(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

const LINE_END = Buffer.from('\r\n');

function connect(port: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** One RESP2 reply that begins at `from`; undefined while it is not complete. */
function parse(bytes: Buffer, from: number): { reply: Reply | Error; end: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', from);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', from + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes.toString('latin1', from, from + 1)) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new Error(line), end };
    case ':':
      return { reply: Number(line), end };
    case '$': {
      const length = Number(line);
      if (length < 0) return { reply: null, end };
      if (bytes.length < end + length + 2) return undefined;
      return { reply: bytes.toString('utf8', end, end + length), end: end + length + 2 };
    }
    case '*': {
      const replies: Reply[] = [];
      let at = end;
      for (let left = Number(line); left > 0; left--) {
        const item = parse(bytes, at);
        if (item === undefined || item.reply instanceof Error) return item;
        replies.push(item.reply);
        at = item.end;
      }
      return { reply: replies, end: at };
    }
    default:
      throw new Error(`not RESP: ${line}`);
  }
}
