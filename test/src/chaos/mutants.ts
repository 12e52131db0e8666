import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BROKERS } from './scenarios/brokers.ts';
import { OUTAGES } from './scenarios/outages.ts';
import { PORTIONS } from './scenarios/portions.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { killedAt, REDIS_FAULTS, redisAt, STUMBLES, zombieAt } from './scenarios/stumbles.ts';
import { TRANSACTIONS } from './scenarios/transactions.ts';

/** The protocol, broken on purpose in one place. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The story that must show it, */
  readonly scenario: Scenario;
  /** and how. */
  readonly shows: RegExp;
}

interface Edit {
  /** Compiled file, from the root of the repository. */
  readonly file: string;
  readonly from: string | RegExp;
  readonly to: string;
}

const OWNER = 'services/projector/dist/partition-owner.js';
const ASSIGNMENT = 'services/projector/dist/assignment.js';
const TRANSACTOR = 'packages/log/dist/transactor.js';
const PRODUCER = 'packages/log/dist/producer.js';
const SCRIPTS = 'packages/snapshots/dist/scripts.js';
const PARTITION = 'packages/snapshots/dist/owned-partition.js';

const COMMIT = 'await transactions.commit(expected);';
const CLAIM = 'const generations = await this.options.claim();';

/** As kafkajs does it: whoever has answered is sent nothing again, whatever it leads by then. */
const ACKNOWLEDGED_BY_BROKER: readonly Edit[] = [
  {
    file: PRODUCER,
    from: 'async send(batches, transactionalId) {',
    to: `async send(batches, transactionalId, answered = new Set(), retries = 5) {`,
  },
  {
    file: PRODUCER,
    from: 'await Promise.all([...byLeader].map(([nodeId, led]) => this.#produce(nodeId, led, transactionalId)));',
    to: `const requests = [...byLeader].filter(([nodeId]) => !answered.has(nodeId)).map(async ([nodeId, led]) => {
        await this.#produce(nodeId, led, transactionalId);
        answered.add(nodeId);
    });
    try {
        await Promise.all(requests);
    } catch (error) {
        await Promise.allSettled(requests);
        if (retries === 0) throw error;
        await this.cluster.refreshMetadata();
        await this.send(batches, transactionalId, answered, retries - 1);
    }`,
  },
];

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'offsets outside the transaction',
    edits: [
      { file: TRANSACTOR, from: 'await this.#sendOffset(offset);', to: '' },
      { file: TRANSACTOR, from: 'await beforeEnd();', to: '' },
      {
        file: TRANSACTOR,
        from: 'await this.#end();',
        to: `await this.#end();
            await beforeEnd();
            await this.#sendOffset(offset);
            await this.#end();`,
      },
    ],
    // Late: without any offset of its partition, the successor goes by the derived topics, and would skip what is there.
    scenario: killedAt('in-transaction', 40),
    shows: /is there again/,
  },
  {
    name: 'applied before it is committed',
    edits: [{ file: OWNER, from: COMMIT, to: `await generations.active.apply([], expected); ${COMMIT}` }],
    scenario: killedAt('in-transaction'),
    shows: /a reader saw/,
  },
  {
    name: 'no fencing',
    edits: [
      {
        file: TRANSACTOR,
        from: 'static async fence(log, transactionalId) {',
        to: '$& transactionalId += process.hrtime.bigint();',
      },
    ],
    scenario: zombieAt('after-load'),
    shows: /is there again/,
  },
  {
    name: 'acknowledged by broker, in a transaction',
    edits: ACKNOWLEDGED_BY_BROKER,
    scenario: named(BROKERS, 'a leader moves to a broker that has just answered for another partition of the same transaction'),
    shows: /^rollcall.state \d ends in/,
  },
  {
    name: 'acknowledged by broker, of what comes in',
    edits: ACKNOWLEDGED_BY_BROKER,
    scenario: named(BROKERS, 'a leader moves to a broker that has just answered for other events of the same message'),
    shows: /were sent to Event Hubs more often than they are in rollcall.events/,
  },
  {
    name: 'no chain compared when writing',
    edits: [{ file: SCRIPTS, from: "if redis.call('HGET', KEYS[1], 'chain') ~= ARGV[1] then return 0 end", to: '' }],
    scenario: redisAt('after-commit', REDIS_FAULTS.emptied),
    shows: /^Redis rollcall/,
  },
  {
    name: 'load and chain read apart',
    edits: [
      // What is kept in memory would hide it.
      { file: PARTITION, from: ' ?? this.#heldState(id)', to: '' },
      {
        file: PARTITION,
        from: 'async load(ids) {',
        to: `async load(ids) {
        this.chainRead = await this.redis.hget(this.keys.meta(), 'chain');
        OwnedPartition.loads = (OwnedPartition.loads ?? 0) + 1;
        if (process.env.FAULTS === 'within-load:stop@3' && OwnedPartition.loads === 3) {
            process.stdout.write('{"point":"within-load"}\\n');
            process.kill(process.pid, 'SIGSTOP');
        }`,
      },
      { file: PARTITION, from: 'if (chain !== this.#chain())', to: 'if ((this.chainRead ?? this.#chain()) !== this.#chain())' },
      {
        file: PARTITION,
        from: 'async apply(writes,',
        to: 'async apply(writes, ...more) { this.chainRead = undefined; return this.applyAll(writes, ...more); }\n    async applyAll(writes,',
      },
    ],
    scenario: redisAt('within-load', REDIS_FAULTS.emptied),
    shows: /differs: found/,
  },
  {
    name: 'the watermark set by the first of several calls',
    edits: [
      {
        file: PARTITION,
        from: 'underWay = this.#apply(commands, written)',
        to: 'if (watermark !== undefined) commands.watermark(watermark); $&',
      },
    ],
    scenario: named(PORTIONS, 'an owner is killed between two calls that apply one batch'),
    shows: /^Redis rollcall/,
  },
  {
    name: 'what is staged loaded from Redis, which is behind it',
    edits: [{ file: PARTITION, from: 'this.#staged.get(id.key)?.write.client ?? ', to: '' }],
    scenario: named(PORTIONS, 'an owner works a backlog off, and folds on from what it has not committed yet'),
    shows: /differs: found/,
  },
  {
    name: 'no look at an idle Redis',
    edits: [{ file: ASSIGNMENT, from: 'await owner.check();', to: '' }],
    scenario: named(OUTAGES, 'Redis is emptied while nothing happens'),
    shows: /not so: Redis is whole again/,
  },
  {
    name: 'a batch committed again by the next producer',
    edits: [
      // What is derived is made only once.
      {
        file: OWNER,
        from: 'transactions.add(changeRecords(batch, tally));',
        to: 'tenure.changes = [...(tenure.changes ?? []), ...changeRecords(batch, tally)];',
      },
      {
        file: OWNER,
        from: COMMIT,
        to: `const { changes } = tenure;
        tenure.changes = [];
        transactions.add(changes);
        try {
            ${COMMIT}
        } catch {
            tenure.transactions = await this.options.log.fence();
            tenure.transactions.add(changes);
            await tenure.transactions.commit(expected);
        }`,
      },
    ],
    scenario: named(TRANSACTIONS, 'the response to EndTxn is lost'),
    shows: /is there again/,
  },
  {
    name: 'the committed offset read before the claim, and what is ahead of it not restored',
    edits: [
      { file: OWNER, from: CLAIM, to: '' },
      { file: OWNER, from: "await at('after-read-committed');", to: `$& ${CLAIM}` },
      {
        file: OWNER,
        from: 'await snapshots.apply(writes);',
        to: 'await snapshots.apply(writes.filter(({ client }) => client.offset < committed));',
      },
    ],
    scenario: named(STUMBLES, 'two take-overs at once: the slow one claims when the other has applied'),
    shows: /differs: found|a reader saw/,
  },
];

function named(scenarios: readonly Scenario[], name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called ${name}`);
  return found;
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface BuiltMutant extends AsyncDisposable {
  /** Paths of its programs. */
  readonly projector: string;
  readonly ingest: string;
}

/** Builds the services with the edits, in a folder of its own. Throws where an edit finds nothing: the code has moved. */
export async function buildMutant({ name, edits }: Mutant): Promise<BuiltMutant> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'rollcall-mutant-'));
  const modules = path.join(dir, 'node_modules');
  await mkdir(path.join(modules, '@rollcall'), { recursive: true });
  for (const entry of await readdir(path.join(ROOT, 'node_modules'))) {
    if (entry !== '@rollcall') await symlink(path.join(ROOT, 'node_modules', entry), path.join(modules, entry));
  }
  const parts = [
    ...(await readdir(path.join(ROOT, 'packages'))).map((part) => `packages/${part}`),
    'services/projector',
    'services/ingest',
  ];
  for (const part of parts) {
    for (const what of ['package.json', 'dist']) await cp(path.join(ROOT, part, what), path.join(dir, part, what), { recursive: true });
    await symlink(path.join(dir, part), path.join(modules, '@rollcall', path.basename(part)));
  }
  for (const { file, from, to } of edits) {
    const code = await readFile(path.join(dir, file), 'utf8');
    const edited = code.replace(from, to);
    if (edited === code) throw new Error(`${name}: ${file} has no ${from}`);
    await writeFile(path.join(dir, file), edited);
  }
  return {
    projector: path.join(dir, 'services/projector/dist/main.js'),
    ingest: path.join(dir, 'services/ingest/dist/main.js'),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true }),
  };
}
