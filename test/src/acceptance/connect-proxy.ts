import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

// An HTTP proxy as a process of its own: it opens tunnels (CONNECT) for whoever names the password, prints each, and answers nothing else. The
// port is its first argument, 0 for a free one.
const AUTHORIZATION = `Basic ${Buffer.from('user:password').toString('base64')}`;

const server = createServer((_, answer) => void answer.writeHead(405).end());
server.on('connect', ({ url = '', headers }, client) => {
  if (headers['proxy-authorization'] !== AUTHORIZATION) return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  const { hostname, port } = new URL(`http://${url}`);
  const target = connect(Number(port), hostname, () => {
    process.stdout.write(`tunnel to ${url}\n`);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    target.pipe(client).pipe(target);
  });
  target.on('error', () => client.destroy());
  client.on('error', () => target.destroy());
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
