import { type ClientState, DEFAULT_SETTINGS, unseenClient } from '@rollcall/fold';
import type { LogRecord, NewRecord } from '@rollcall/log';
import { type ClientKey, topicNames } from '@rollcall/schema';
import type { Logger } from '@rollcall/service';
import { ChainBroken, type ClientWrite, type OwnedGenerations, type OwnedPartition, type Watermark } from '@rollcall/snapshots';
import { changeRecords, stateRecords } from './derived.ts';
import { createProjectorMetrics } from './metrics.ts';
import { type PartitionLog, PartitionOwner } from './partition-owner.ts';

export const TOPICS = topicNames('rollcall');
export const GRACE = 60_000;

/** A record's value, whatever parts it is in. */
export function textOf({ value }: NewRecord): string {
  return Array.isArray(value) ? value.map(String).join('') : String(value);
}

/** What a partition of Redis holds, in memory. */
export class MemorySnapshots {
  readonly settings = { ...DEFAULT_SETTINGS, offlineGrace: GRACE };
  readonly clients = new Map<string, ClientState>();
  readonly deadlines = new Map<string, number>();
  readonly staged: ClientWrite[] = [];
  chainBroken = false;
  toPublish = false;
  isFull = false;

  /** `name` tells it from others in the journal. */
  constructor(
    private readonly journal: string[],
    private readonly name = '',
  ) {}

  async load(ids: readonly ClientKey[]): Promise<ClientState[]> {
    if (this.chainBroken) throw new ChainBroken();
    return ids.map((id) => {
      const staged = this.staged.findLast((write) => write.client.key === id.key);
      return staged?.client ?? this.clients.get(id.key) ?? unseenClient(id);
    });
  }

  stage(writes: readonly ClientWrite[]): void {
    this.staged.push(...writes);
  }

  stagedClients(): Iterable<ClientState> {
    return new Map(this.staged.map(({ client }) => [client.key, client])).values();
  }

  async apply(writes: readonly ClientWrite[], watermark?: bigint): Promise<void> {
    if (this.chainBroken) throw new ChainBroken();
    this.stage(writes);
    const all = this.staged.splice(0);
    this.journal.push(`${this.name}apply ${all.length}${watermark === undefined ? '' : ` up to ${watermark}`}`);
    for (const { client, due } of all) {
      const { key } = client;
      this.clients.set(key, client);
      if (due === undefined) this.deadlines.delete(key);
      else if (due.moved || !this.deadlines.has(key)) this.deadlines.set(key, due.at);
    }
  }

  async wipe(): Promise<void> {
    this.journal.push(`${this.name}wipe`);
    this.clients.clear();
  }

  async check(): Promise<void> {
    if (this.chainBroken) throw new ChainBroken();
  }

  async due(now: number): Promise<ClientKey[]> {
    const due = [...this.deadlines].filter(([, time]) => time <= now);
    return due.map(([key]) => this.clients.get(key)).filter((client) => client !== undefined);
  }

  async unpublished(): Promise<boolean> {
    return this.toPublish;
  }

  async published(): Promise<void> {
    this.journal.push('published');
    this.toPublish = false;
  }

  async *everyClient(): AsyncIterable<readonly ClientState[]> {
    yield [...this.clients.values()];
  }

  asOwned(): OwnedPartition {
    return this as unknown as OwnedPartition;
  }
}

/** A partition of Kafka and of Redis in memory, and its owner. `journal` holds what was done to them, in order. */
export function partitionInMemory() {
  const journal: string[] = [];
  const snapshots = new MemorySnapshots(journal);
  const said: string[] = [];
  const say = (_fields: object, text: string) => void said.push(text);
  const state = {
    committed: 0n,
    start: 0n,
    watermark: undefined as Watermark,
    /** Another generation that is followed, and how far it is. */
    beside: undefined as { snapshots: MemorySnapshots; watermark: Watermark } | undefined,
    /** What `rollcall.state` and `rollcall.events` hold. */
    table: [] as ClientWrite[],
    events: [] as LogRecord[],
    derived: [] as NewRecord[],
    /** Each is thrown once, by the step of its name. */
    failures: new Map<'fence' | 'committed' | 'claim' | 'commit', Error>(),
    /** A take-over does not get beyond its first step before this. */
    gate: Promise.resolve(),
    /** Happens during each commit. */
    duringCommit: () => {},
  };
  const transactions = { isFull: false };
  const step = (name: 'fence' | 'committed' | 'claim' | 'commit', text: string = name) => {
    journal.push(text);
    const failure = state.failures.get(name);
    state.failures.delete(name);
    if (failure !== undefined) throw failure;
  };
  const log: PartitionLog = {
    async fence() {
      step('fence');
      await state.gate;
      let added: NewRecord[] = [];
      return Object.assign(transactions, {
        add: (records: Iterable<NewRecord>) => void added.push(...records),
        async commit(next: bigint) {
          state.duringCommit();
          step('commit', `commit up to ${next}`);
          state.derived.push(...added);
          added = [];
          state.committed = next;
        },
        close: async () => void journal.push('close'),
      });
    },
    async committed() {
      step('committed');
      return state.committed;
    },
    async start() {
      journal.push('start');
      return state.start;
    },
    async *states() {
      journal.push('states');
      yield state.table;
    },
    async *events(from, to) {
      journal.push(`events from ${from} to ${to}`);
      yield state.events.filter(({ offset }) => offset >= from && offset < to);
    },
    seek: (offset) => void journal.push(`seek ${offset}`),
  };
  const metrics = createProjectorMetrics();
  const logger = { debug() {}, info() {}, warn: say, error: say } as unknown as Logger;
  const owner = new PartitionOwner({
    partition: 0,
    log,
    claim: async () => {
      step('claim');
      return ownedGenerations(snapshots, state);
    },
    changeRecords: (batch, tally) => changeRecords(batch, TOPICS, 0, tally),
    stateRecords: (clients) => stateRecords(clients, TOPICS, 0),
    metrics,
    logger,
    at: async () => {},
  });
  return { journal, snapshots, transactions, state, said, owner, metrics, logger };
}

function ownedGenerations(
  snapshots: MemorySnapshots,
  { watermark, beside }: { watermark: Watermark; beside: { snapshots: MemorySnapshots; watermark: Watermark } | undefined },
): OwnedGenerations {
  const claimed = [...(beside ? [beside] : []), { snapshots, watermark }];
  const owned = {
    claimed: claimed.map((one) => ({ partition: one.snapshots.asOwned(), watermark: one.watermark })),
    active: snapshots.asOwned(),
    beside: beside ? [beside.snapshots.asOwned()] : [],
    check: async () => {
      for (const one of claimed) await one.snapshots.check();
    },
  };
  return owned as unknown as OwnedGenerations;
}
