import { once } from 'node:events';
import net from 'node:net';

const DELETE_TOPICS = 20;
const VERSION = 1;
const TIMEOUT = 30_000;
const NO_ERROR = 0;
const UNKNOWN_TOPIC = 3;

/** Deletes topics; those that are not there are no error. A bench's own broker is asked directly: no program of Rollcall deletes a topic. */
export async function deleteTopics(port: number, topics: readonly string[]): Promise<void> {
  const response = await exchange(port, deleteTopicsRequest(topics));
  // Length, correlation id and throttle time come first, then the number of answers.
  let at = 16;
  for (let left = response.readInt32BE(12); left > 0; left--) {
    const length = response.readInt16BE(at);
    const topic = response.toString('utf8', at + 2, at + 2 + length);
    const error = response.readInt16BE(at + 2 + length);
    if (error !== NO_ERROR && error !== UNKNOWN_TOPIC) throw new Error(`Kafka does not delete ${topic}: error ${error}`);
    at += 4 + length;
  }
}

function deleteTopicsRequest(topics: readonly string[]): Buffer {
  const NO_CLIENT_ID = -1;
  const header = Buffer.concat([int16(DELETE_TOPICS), int16(VERSION), int32(0), int16(NO_CLIENT_ID)]);
  const names = topics.flatMap((topic) => [int16(Buffer.byteLength(topic)), Buffer.from(topic)]);
  const request = Buffer.concat([header, int32(topics.length), ...names, int32(TIMEOUT)]);
  return Buffer.concat([int32(request.length), request]);
}

/** The whole response, its length before it. */
async function exchange(port: number, request: Buffer): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(request);
    let response = Buffer.alloc(0);
    for await (const chunk of socket) {
      response = Buffer.concat([response, chunk as Buffer]);
      if (response.length >= 4 && response.length >= 4 + response.readInt32BE(0)) return response;
    }
    throw new Error('Kafka closed the connection');
  } finally {
    socket.destroy();
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
