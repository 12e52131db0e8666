import { isDeepStrictEqual } from 'node:util';
import type { ClientState } from '@rollcall/fold';
import type { LogRecord } from '@rollcall/log';
import { parseJson } from '@rollcall/schema';
import type { ProjectionSettings } from '@rollcall/snapshots';
import { type ExpectedProjection, expectedProjection } from './expected-projection.ts';
import type { LogHistory } from './log-history.ts';
import { expectedContent, redisContent } from './redis-content.ts';
import type { Sent } from './traffic.ts';

/** What was found when all was quiet. Each violation is a sentence with its evidence. */
export interface Verdict {
  readonly violations: readonly string[];
  /** Records in `rollcall.events` and `rollcall.changes`. */
  readonly events: number;
  readonly changes: number;
  readonly clients: number;
  /** Events of which the log has fewer copies than were sent to Event Hubs, and bad messages that are not in the dead letters. */
  readonly unlogged: number;
  /** Changes that the fold makes and are not in `rollcall.changes`. */
  readonly lost: number;
  /** Changes that are there twice, or that the fold does not make. */
  readonly duplicated: number;
  /** Clients whose last record in `rollcall.state` is missing, stray or differs. */
  readonly stateDifferences: number;
  /** Keys of Redis that are missing, stray or differ. */
  readonly redisDifferences: number;
}

export const NO_VERDICT: Verdict = {
  violations: [],
  events: 0,
  changes: 0,
  clients: 0,
  unlogged: 0,
  lost: 0,
  duplicated: 0,
  stateDifferences: 0,
  redisDifferences: 0,
};

/** Holds everything that was read of the topics, and Redis, against the pure fold of the log by these settings. `ends`: the next offset of each
 *  partition. */
export async function judge(
  history: LogHistory,
  ends: readonly bigint[],
  redisPort: number,
  sent: Sent,
  settings: ProjectionSettings,
): Promise<Verdict> {
  const violations: string[] = [];
  const unlogged = missingEvents(history, sent, violations);
  let lost = 0;
  let stateDifferences = 0;
  let duplicated = 0;
  const projections = history.events.partitions.map((_, partition) =>
    expectedProjection(history.projected(partition), partition, settings),
  );
  for (const [partition, projection] of projections.entries()) {
    const found = compareChanges(projection, history.changes.partitions[partition] ?? [], partition, violations);
    lost += found.lost;
    duplicated += found.duplicated;
    stateDifferences += compareState(projection, history.state.partitions[partition] ?? [], partition, violations);
    compareRefused(projection, history.deadLetters.partitions[partition] ?? [], partition, violations);
  }
  const clients = new Map(projections.flatMap((projection) => [...projection.clients]));
  const redisDifferences = await compareRedis(redisPort, clients, ends, settings, violations);
  const count = (partitions: readonly (readonly LogRecord[])[]) => partitions.reduce((sum, records) => sum + records.length, 0);
  return {
    violations,
    events: count(history.events.partitions),
    changes: count(history.changes.partitions),
    clients: clients.size,
    unlogged,
    lost,
    duplicated,
    stateDifferences,
    redisDifferences,
  };
}

function missingEvents(history: LogHistory, { copies, poison }: Sent, violations: string[]): number {
  const missing = history.missing(copies);
  if (missing.length > 0) {
    violations.push(`${missing.length} events were sent to Event Hubs more often than they are in rollcall.events, such as ${missing[0]}`);
  }
  const letters = new Set(history.deadLetters.partitions.flat().map(({ value }) => text(value)));
  const lostPoison = [...poison].filter((body) => !letters.has(body));
  if (lostPoison.length > 0) violations.push(`${lostPoison.length} bad messages are not in the dead letters, such as ${lostPoison[0]}`);
  return missing.length + lostPoison.length;
}

function compareChanges({ changes: expected }: ExpectedProjection, found: readonly LogRecord[], partition: number, violations: string[]) {
  const offsets = new Map(expected.map((change) => [positionOf(change), change]));
  const seen = new Set<string>();
  let duplicated = 0;
  let last = -1n;
  for (const record of found) {
    const change = parseJson(text(record.value));
    const position = positionOf(change);
    const where = `rollcall.changes ${partition}@${record.offset}: the change of event ${position}`;
    if (seen.has(position) || !offsets.has(position)) {
      duplicated++;
      violations.push(`${where} ${seen.has(position) ? 'is there again' : 'is none that the fold makes'}`);
    } else if (!isDeepStrictEqual(change, offsets.get(position))) {
      violations.push(`${where} differs: found ${text(record.value)}, expected ${JSON.stringify(offsets.get(position))}`);
    }
    if (BigInt(position) < last) violations.push(`${where} comes after that of ${last}`);
    last = BigInt(position);
    seen.add(position);
  }
  const missing = [...offsets.keys()].filter((position) => !seen.has(position));
  if (missing.length > 0)
    violations.push(`${missing.length} changes of partition ${partition} are missing, the first of event ${missing[0]}`);
  return { lost: missing.length, duplicated };
}

function positionOf(change: unknown): string {
  return (change as { position: { offset: string } }).position.offset;
}

function compareState({ states }: ExpectedProjection, found: readonly LogRecord[], partition: number, violations: string[]): number {
  const last = new Map(found.map(({ key, value }) => [text(key), text(value)]));
  const different = [...new Set([...states.keys(), ...last.keys()])].filter((key) => last.get(key) !== states.get(key));
  for (const key of different) {
    violations.push(`rollcall.state ${partition} ends in ${last.get(key)} for ${key}, expected ${states.get(key)}`);
  }
  return different.length;
}

/** What is no event is told at least once. */
function compareRefused({ refused }: ExpectedProjection, letters: readonly LogRecord[], partition: number, violations: string[]): void {
  const told = new Set(letters.map(({ headers }) => (headers['topic'] === undefined ? undefined : headers['offset'])));
  for (const offset of refused) {
    if (!told.has(offset.toString())) violations.push(`record ${partition}@${offset} is no event, and not in the dead letters`);
  }
}

async function compareRedis(
  port: number,
  clients: ReadonlyMap<string, ClientState>,
  watermarks: readonly bigint[],
  settings: ProjectionSettings,
  violations: string[],
): Promise<number> {
  const expected = await expectedContent(port, clients, watermarks, settings);
  const found = await redisContent(port);
  const keys = [...new Set([...expected.keys(), ...found.keys()])];
  const different = keys.filter((key) => withoutChain(found.get(key)) !== withoutChain(expected.get(key)));
  for (const key of different.slice(0, 20)) violations.push(`Redis ${key}: found ${found.get(key)}, expected ${expected.get(key)}`);
  if (different.length > 20) violations.push(`Redis: ${different.length} keys differ`);
  return different.length;
}

/** Each owner has a nonce of its own. */
function withoutChain(content: string | undefined): string | undefined {
  return content?.replace(/^chain=.*$/m, 'chain');
}

function text(bytes: Uint8Array | null): string {
  return Buffer.from(bytes ?? []).toString();
}
