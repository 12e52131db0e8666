import net from 'node:net';
import { LOOPBACK } from '@rollcall/service';

/** The first bytes a local server answers to `request`; undefined if it does not answer within a second. */
export function ask(port: number, request: Buffer | string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(port, LOOPBACK, () => socket.write(request));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (answer) => {
      resolve(answer);
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
  });
}

/** Whether something accepts connections on a local port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, LOOPBACK, () => {
      resolve(true);
      socket.end();
    });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}
