import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LogRecord } from '@rollcall/log';
import { topicNames } from '@rollcall/schema';
import { expect, inject, it } from 'vitest';
import { inArray } from './event-hub.ts';
import { fleetEvents } from './fleet.ts';
import { eventually, RollcallUnderTest } from './rollcall-under-test.ts';

const run = promisify(execFile);
const LOCAL = path.join(import.meta.dirname, '../../../infra/local');

it("Apache's own Java consumer, reading committed records, sees the derived records that ours does", async () => {
  await using under = new RollcallUnderTest(inject('stack'));
  const topics = ['changes', 'state'] as const;
  for (const topic of topics) under.topic(topic);
  await under.hub.send(fleetEvents('read by Java', 50, 500).map((event) => inArray(event)));
  await under.settled();

  for (const topic of topics) {
    const java = await readByJava(under.stack.kafkaBrokers, topicNames('rollcall')[topic]);
    expect(java.length).toBeGreaterThan(50);
    await eventually(() => expect(lines(under.topic(topic).records)).toEqual(java));
  }
});

/** One line a record, sorted: the order across partitions is nobody's. */
async function readByJava(broker: string, topic: string): Promise<string[]> {
  const jars = (await fs.readdir(path.join(LOCAL, '.cache'))).find((name) => name.startsWith('kafka-')) ?? '';
  const classPath = path.join(LOCAL, '.cache', jars, '*');
  const program = path.join(LOCAL, 'interop/java/ReadCommitted.java');
  const { stdout } = await run('java', ['-cp', classPath, program, broker, topic], { maxBuffer: 2 ** 30 });
  return stdout.trim().split('\n').sort();
}

function lines(records: readonly LogRecord[]): string[] {
  return records.map(({ partition, offset, key, value }) => `${partition} ${offset} ${base64(key)} ${base64(value)}`).sort();
}

function base64(bytes: Uint8Array | null): string {
  return bytes === null ? '-' : Buffer.from(bytes).toString('base64');
}
