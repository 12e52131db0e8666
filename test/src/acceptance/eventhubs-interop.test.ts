import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { EventHubConsumerClient, EventHubProducerClient, earliestEventPosition, type ReceivedEventData } from '@azure/event-hubs';
import getPort from 'get-port';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const LOCAL = path.join(import.meta.dirname, '../../../infra/local');
const INTEROP = path.join(LOCAL, 'interop');
const CACHE = path.join(LOCAL, '.cache/interop');
const FETCHING = 180_000;

/** More than a session of rhea holds, so that a client that does not settle would get stuck. */
const WAITING = 3_000;
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

let dir: string;
let emulator: ChildProcess;
let connectionString: string;

beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'eventhubs-interop-'));
  const port = await getPort();
  emulator = spawn(process.execPath, [path.join(LOCAL, 'dist/eventhubs/main.js')], {
    env: {
      ...process.env,
      ROLLCALL_EVENTHUBS_PORT: String(port),
      EVENTHUBS_DIR: dir,
      EVENTHUBS_PARTITIONS: '2',
      EVENTHUBS_CONSUMER_GROUPS: 'java,python,javascript',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (emulator.stdout) for await (const line of createInterface(emulator.stdout)) if (line.includes('"listening"')) break;
  connectionString = `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=local;SharedAccessKey=local;UseDevelopmentEmulator=true`;
});

afterEach(async () => {
  emulator.kill('SIGKILL');
  await fs.rm(dir, { recursive: true });
});

describe("Microsoft's SDK", () => {
  it(
    "for Java reads the emulator's properties, sends, receives, and shares events with JavaScript's",
    async () => {
      await exchange(await javaProgram(), {
        messageId: 'from-java',
        properties: { text: 'käse', int: '-2147483648', long: '9223372036854775807', double: '0.5', boolean: 'true' },
        refusal: 'amqp:link:message-size-exceeded',
      });
    },
    FETCHING,
  );

  it(
    'for Python does so too',
    async (test) => {
      if (!(await hasPython())) test.skip('python3 with its venv module is not there (Debian: apt install python3-venv)');
      await exchange(await pythonProgram(), {
        messageId: 'from-python',
        properties: { text: 'käse', int: '-2147483648', double: '0.5', boolean: 'true' },
        refusal: expect.stringContaining('ErrorCondition.LinkMessageSizeExceeded'),
      });
    },
    FETCHING,
  );
});

/** How to run a program that prints a line of JSON for each thing it learned; connection string, hub and number of events follow. */
interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

interface Expected {
  readonly messageId: string;
  readonly properties: Record<string, string>;
  readonly refusal: unknown;
}

/** Both sides send, each into a partition of its own, and each receives what the other sent. */
async function exchange({ command, args }: Program, { messageId, properties, refusal }: Expected): Promise<void> {
  await sendFromJavaScript();
  const { stdout } = await run(command, [...args, connectionString, 'lifecycle', String(WAITING)], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  const lines = stdout.trim().split('\n').map(toObject);
  const plain = { contentType: null, messageId: null, correlationId: null, properties: {} };
  const single = { contentType: 'application/octet-stream', messageId, correlationId: 'correlated', properties };

  expect(lines.slice(0, 3)).toEqual([
    { hub: 'lifecycle', partitionIds: ['0', '1'] },
    { partition: '0', empty: false, first: 0, last: WAITING - 1 },
    { partition: '1', empty: true, first: 0, last: -1 },
  ]);
  expect(lines.slice(3, 3 + WAITING).map(({ sequenceNumber, body }) => [sequenceNumber, body])).toEqual(
    Array.from({ length: WAITING }, (_, index) => [index, base64(index === 0 ? BYTES : String(index))]),
  );
  expect(lines[3]).toMatchObject({
    contentType: 'application/cloudevents+json',
    messageId: 'from-javascript',
    properties: { text: 'käse', boolean: 'true', double: '0.5' },
  });
  expect(lines.slice(3 + WAITING)).toMatchObject([
    { limit: 1024 * 1024, refusal },
    { partition: '1', sequenceNumber: 0, offset: '0', body: base64(BYTES), ...single },
    { partition: '1', sequenceNumber: 1, body: base64('one'), ...plain },
    { partition: '1', sequenceNumber: 2, body: base64('two'), ...plain },
    { partition: '1', sequenceNumber: 3, body: base64('three'), ...plain },
    { hub: 'lifecycle', partitionIds: ['0', '1'] },
    { partition: '0', empty: false, first: 0, last: WAITING - 1 },
    { partition: '1', empty: false, first: 0, last: 3 },
  ]);

  const received = await receiveInJavaScript('1', 4);
  expect(received.map(({ body }) => base64(body))).toEqual([base64(BYTES), base64('one'), base64('two'), base64('three')]);
  expect(received[0]).toMatchObject({
    messageId,
    contentType: 'application/octet-stream',
    correlationId: 'correlated',
    properties: { text: 'käse', int: -(2 ** 31), double: 0.5 },
  });
}

async function sendFromJavaScript(): Promise<void> {
  const producer = new EventHubProducerClient(connectionString, 'lifecycle');
  const properties = { text: 'käse', boolean: true, double: 0.5 };
  const first = { body: BYTES, messageId: 'from-javascript', contentType: 'application/cloudevents+json', properties };
  await producer.sendBatch([first], { partitionId: '0' });
  const rest = Array.from({ length: WAITING - 1 }, (_, index) => ({ body: Buffer.from(String(index + 1)) }));
  await producer.sendBatch(rest, { partitionId: '0' });
  await producer.close();
}

async function receiveInJavaScript(partitionId: string, count: number): Promise<ReceivedEventData[]> {
  const consumer = new EventHubConsumerClient('javascript', connectionString, 'lifecycle');
  const received: ReceivedEventData[] = [];
  await new Promise<void>((resolve, reject) => {
    const handlers = {
      async processEvents(events: ReceivedEventData[]) {
        received.push(...events);
        if (received.length >= count) resolve();
      },
      processError: async (error: Error) => reject(error),
    };
    consumer.subscribe(partitionId, handlers, { startPosition: earliestEventPosition, skipParsingBodyAsJson: true });
  });
  await consumer.close();
  return received;
}

async function javaProgram(): Promise<Program> {
  const pom = path.join(INTEROP, 'java/pom.xml');
  const libraries = await fetchedOnce('java', pom, async (target) => {
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`]);
  });
  const source = path.join(INTEROP, 'java/EventHubsInterop.java');
  return { command: 'java', args: ['-Dfile.encoding=UTF-8', '-cp', path.join(libraries, '*'), source] };
}

async function hasPython(): Promise<boolean> {
  return await run('python3', ['-c', 'import venv, ensurepip']).then(
    () => true,
    () => false,
  );
}

async function pythonProgram(): Promise<Program> {
  const requirements = path.join(INTEROP, 'python/requirements.txt');
  const libraries = await fetchedOnce('python', requirements, async (target) => {
    await run('python3', ['-m', 'venv', target]);
    await run(path.join(target, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '-r', requirements]);
  });
  return { command: path.join(libraries, 'bin/python'), args: [path.join(INTEROP, 'python/eventhubs_interop.py')] };
}

/** A folder of libraries that belongs to the text of `listing`; complete, or not there at all. */
async function fetchedOnce(name: string, listing: string, fetch: (target: string) => Promise<void>): Promise<string> {
  const target = path.join(CACHE, `${name}-${crc32(await fs.readFile(listing)).toString(16)}`);
  const complete = path.join(target, 'complete');
  if (await exists(complete)) return target;
  await fs.rm(target, { recursive: true, force: true });
  await fetch(target);
  await fs.writeFile(complete, '');
  return target;
}

async function exists(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

/** A JSON object; the programs print nothing else. */
function toObject(line: string): Record<string, unknown> {
  return JSON.parse(line);
}
