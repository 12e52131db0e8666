import { CLIENTS, type Snapshot } from './history.ts';
import type { Violation } from './search.ts';
import { NONE, type Owner, RESTORING, type Redis, type State } from './state.ts';
import { OWNER_NAMES } from './steps.ts';

const STEP_WIDTH = 36;

/** A line for each step, with the state after it. */
export function describe({ broken, trace }: Violation): string {
  const lines = trace.map(({ step, after }, index) => `${String(index + 1).padStart(4)}  ${step.padEnd(STEP_WIDTH)}  ${stateLine(after)}`);
  return [...lines, `      broken: ${broken}`].join('\n');
}

function stateLine({ kafka, redis, copy, owners }: State): string {
  const changes = kafka.changes.map(({ offset, snapshot }) => `${offset}→${offsets(snapshot)}`).join(' ');
  return [
    `committed ${kafka.committed === NONE ? '-' : kafka.committed}${kafka.logStart > 0 ? `, log from ${kafka.logStart}` : ''}`,
    `changes ${changes || '-'}`,
    `Redis ${redisText(redis)}${copy ? `, copy ${redisText(copy)}` : ''}`,
    ...owners.map((owner, me) => `${OWNER_NAMES[me]} ${ownerText(owner)}`),
  ].join(' | ');
}

function redisText(redis: Redis): string {
  const watermark = { [NONE]: 'no watermark', [RESTORING]: 'restoring' }[redis.watermark] ?? `at ${redis.watermark}`;
  return `${watermark} ${CLIENTS.map((client) => offsets(redis.clients[client])).join(' ')} #${redis.chain}`;
}

function ownerText(owner: Owner): string {
  if (owner.phase === 'quiet') return 'quiet';
  const batch = owner.to === NONE ? '' : ` [${owner.next},${owner.to})`;
  const at = owner.phase === 'takingOver' || batch ? '' : ` at ${owner.next}`;
  const committed = owner.target === NONE ? '' : ` C=${owner.target}`;
  return `${owner.phase}${batch}${at}${committed} #${owner.chain}${owner.current ? '' : ' fenced'}`;
}

function offsets(snapshot: Snapshot): string {
  return `{${[...Array(8).keys()].filter((offset) => snapshot & (1 << offset)).join(',')}}`;
}
