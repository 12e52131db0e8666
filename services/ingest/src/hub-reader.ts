import { setTimeout as sleep } from 'node:timers/promises';
import type { EventHubConsumerClient } from '@azure/event-hubs';
import { Seldom } from '@rollcall/service';
import { balance } from './balance.ts';
import { Contention } from './contention.ts';
import { type Extent, lifeOf } from './hub-life.ts';
import { HubPartition, type PartitionEvents, type PartitionOptions, type PartitionStatus } from './hub-partition.ts';
import type { HubStore, Ownership, OwnershipList } from './hub-store.ts';
import { ReadAhead } from './read-ahead.ts';
import { judge } from './remote-condition.ts';

export interface HubReaderOptions extends Pick<PartitionOptions, 'checkpointInterval' | 'onBatch' | 'logger'> {
  readonly client: EventHubConsumerClient;
  readonly store: HubStore;
  readonly group: string;
  /** How long an owner that does not renew its claims keeps its partitions, in milliseconds. */
  readonly ownershipExpiry: number;
  /** Bytes of events that wait in memory, of all partitions together. */
  readonly readAheadBytes: number;
  readonly counts: Pick<PartitionEvents, 'anotherLife' | 'lost'>;
}

/** Claims are renewed six times before they expire, and the hub is asked every 10 s at least, in milliseconds. */
const RENEWALS = 6;
const ASKED_EVERY = 10_000;
/** How long the hub may take to answer, in milliseconds. */
const ANSWERS_WITHIN = 10_000;
/** Clocks that differ by more, in milliseconds, are worth a warning. Nothing depends on them: ages of claims are by the storage's clock. */
const CLOCKS_DIFFER_BY = 10_000;

/** Reads the partitions of an event hub that are this process's, sharing them with the other processes of its consumer group and container, until it
 *  is told to stop. Waits for whatever Event Hubs or the storage answer, and says so in `obstacles`. */
export class HubReader {
  readonly #partitions = new Map<string, HubPartition>();
  readonly #readAhead: ReadAhead;
  readonly #contention: Contention;
  readonly #seldom = new Seldom();
  readonly #interval: number;
  readonly #me: string;
  #partitionIds: readonly string[] = [];
  #answeredAt = 0;
  #hubFailure: string | undefined = 'not asked yet';
  #storeFailure: string | undefined = 'not asked yet';
  #idle: string | undefined;
  #wake: (() => void) | undefined;
  /** The storage's time less ours, in milliseconds. */
  clockOffset = 0;

  constructor(private readonly options: HubReaderOptions) {
    this.#me = options.client.identifier;
    this.#readAhead = new ReadAhead(options.readAheadBytes);
    this.#interval = Math.min(ASKED_EVERY, Math.ceil(options.ownershipExpiry / RENEWALS));
    this.#contention = new Contention(Math.max(60_000, 6 * this.#interval));
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const round = Date.now();
      await this.#round();
      if (signal.aborted) break;
      await this.#pause(Math.max(0, round + this.#interval - Date.now()), signal);
    }
    await this.#stop();
  }

  /** What keeps this from reading all that it should, a line each. */
  obstacles(): string[] {
    const { client, group } = this.options;
    const now = Date.now();
    const lines: string[] = [];
    const cannot = (doing: string, why: string | undefined) => {
      if (why !== undefined) lines.push(`cannot ${doing}: ${why}`);
    };
    cannot(`ask Event Hubs for the event hub ${client.eventHubName}`, this.#hubFailure);
    cannot('read and renew the claims of partitions in the checkpoint container', this.#storeFailure);
    const partitions = [...this.#partitions.values()];
    for (const [why, some] of byReason(partitions, (partition) => partition.whyNotRead(now))) {
      cannot(`read ${nameAll(some)} of ${client.eventHubName} in consumer group ${group}`, why);
    }
    for (const [why, some] of byReason(partitions, (partition) => partition.whyNotCheckpointed)) {
      cannot(`write checkpoints of ${nameAll(some)}`, why);
    }
    if (this.#idle !== undefined) lines.push(this.#idle);
    const taken = this.#contention.partitions;
    if (taken.length > 0) {
      const which = taken.length === 1 ? `partition ${taken[0]}` : `partitions ${taken.join(', ')}`;
      lines.push(
        `another consumer of group ${group} keeps taking the partitions (${which}): it has another checkpoint container; give it a group of its own`,
      );
    }
    return lines;
  }

  /** Of each partition that is this process's. */
  partitions(): PartitionStatus[] {
    return [...this.#partitions.values()].map(({ status }) => status);
  }

  /** Asks who is there and renews, claims, opens and closes. The hub and the storage do not wait for each other. */
  async #round(): Promise<void> {
    const [hub, list] = await Promise.allSettled([this.#askHub(), this.options.store.listOwnerships()]);
    if (hub.status === 'rejected') this.#hubFailure = this.#complain(hub.reason, 'cannot ask Event Hubs');
    this.#closeVanished();
    if (list.status === 'rejected') {
      this.#storeFailure = this.#complain(list.reason, 'cannot read the claims of partitions');
      return;
    }
    this.#compareClocks(list.value);
    try {
      await this.#claim(list.value);
      this.#storeFailure = undefined;
    } catch (error) {
      this.#storeFailure = this.#complain(error, 'cannot claim partitions');
    }
  }

  async #askHub(): Promise<void> {
    const { createdOn, partitionIds } = await this.options.client.getEventHubProperties({
      abortSignal: AbortSignal.timeout(ANSWERS_WITHIN),
    });
    this.#answeredAt = Date.now();
    this.#hubFailure = undefined;
    this.#partitionIds = partitionIds;
    this.#readAhead.expected = partitionIds.length;
    const life = lifeOf(createdOn);
    for (const partition of this.#partitions.values()) partition.lifeIs(life);
  }

  async #extentOf(partitionId: string): Promise<Extent> {
    const abortSignal = AbortSignal.timeout(ANSWERS_WITHIN);
    const [{ createdOn }, { lastEnqueuedSequenceNumber, isEmpty }] = await Promise.all([
      this.options.client.getEventHubProperties({ abortSignal }),
      this.options.client.getPartitionProperties(partitionId, { abortSignal }),
    ]);
    this.#answeredAt = Date.now();
    return { life: lifeOf(createdOn), lastSequenceNumber: lastEnqueuedSequenceNumber, isEmpty };
  }

  async #claim(list: OwnershipList): Promise<void> {
    const known = new Map(list.ownerships.map((ownership) => [ownership.partitionId, ownership]));
    const isMine = (id: string) => known.get(id)?.ownerId === this.#me;
    const strangers = this.#contention.judge(isMine, Date.now());
    if (strangers.length > 0) {
      this.options.logger.warn(
        { partitions: strangers, group: this.options.group },
        'another consumer of this group keeps taking the partitions: it has another checkpoint container',
      );
    }
    this.#closeLost([...this.#partitions.keys()].filter((id) => known.has(id) && !isMine(id)));
    const { claims, share } = balance(this.#partitionIds, list, this.#me, { expiry: this.options.ownershipExpiry });
    // Taken back in the next round, so that two who fight do not do it all the time.
    const wanted = this.#partitionIds.filter((id) => !strangers.includes(id) && (claims.includes(id) || isMine(id)));
    const renewed = [...this.#partitions.keys()].filter((id) => !wanted.includes(id));
    const { claimed, refused, errors } = await this.#claimAll([...wanted, ...renewed], known);
    this.#closeLost([...this.#partitions.keys()].filter((id) => refused.has(id)));
    for (const id of claimed) if (!this.#partitions.has(id) && !this.#contention.isOpen(id)) this.#open(id);
    this.#idle =
      share > 0 && this.#partitions.size === 0 && strangers.length === 0
        ? `owns none of the ${this.#partitionIds.length} partitions, and should own ${share}`
        : undefined;
    // One that cannot be claimed is no reason not to read the others.
    if (errors.length > 0) throw errors[0];
  }

  /** `refused`: others have them. Of those that are in neither set nothing is known. */
  async #claimAll(ids: readonly string[], known: ReadonlyMap<string, Ownership>) {
    const answers = await Promise.allSettled(ids.map((id) => this.options.store.claim(id, this.#me, known.get(id))));
    const where = (claimed: boolean) =>
      new Set(ids.filter((_, at) => answers[at]?.status === 'fulfilled' && answers[at].value === claimed));
    const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
    return { claimed: where(true), refused: where(false), errors };
  }

  #open(id: string): void {
    const { counts } = this.options;
    const partition = new HubPartition(id, {
      ...this.options,
      readAhead: this.#readAhead,
      seldom: this.#seldom,
      answeredAt: () => this.#answeredAt,
      extentOf: (partitionId) => this.#extentOf(partitionId),
      events: {
        ...counts,
        taken: (partitionId) => {
          this.#contention.taken(partitionId, Date.now());
          if (this.#partitions.get(partitionId) === partition) this.#partitions.delete(partitionId);
          void partition.close('lost');
          this.#wake?.();
        },
      },
    });
    this.#partitions.set(id, partition);
    partition.start();
  }

  /** Renewing the others does not wait until their links have ended. */
  #closeLost(ids: readonly string[]): void {
    for (const id of ids) {
      void this.#partitions.get(id)?.close('lost');
      this.#partitions.delete(id);
    }
  }

  /** The hub may have been created anew with fewer partitions. */
  #closeVanished(): void {
    if (this.#partitionIds.length > 0) this.#closeLost([...this.#partitions.keys()].filter((id) => !this.#partitionIds.includes(id)));
  }

  /** Gives up what it has, so that others need not wait until the claims expire. */
  async #stop(): Promise<void> {
    const mine = [...this.#partitions];
    this.#partitions.clear();
    await Promise.all(mine.map(([, partition]) => partition.close('given-up')));
    try {
      const { ownerships } = await this.options.store.listOwnerships();
      await Promise.all(
        ownerships.filter(({ ownerId }) => ownerId === this.#me).map((each) => this.options.store.claim(each.partitionId, '', each)),
      );
    } catch (error) {
      this.options.logger.warn(
        { error: judge(error).reason },
        'cannot give up the partitions: others take them over when the claims expire',
      );
    }
    await Promise.race([this.options.client.close().catch(() => {}), sleep(ANSWERS_WITHIN, undefined, { ref: false })]);
  }

  #compareClocks({ now }: OwnershipList): void {
    this.clockOffset = now - Date.now();
    if (Math.abs(this.clockOffset) < CLOCKS_DIFFER_BY || !this.#seldom.isDue('clock')) return;
    this.options.logger.warn(
      { secondsAhead: Math.round(-this.clockOffset / 1_000) },
      'the clock of this machine differs from that of the storage',
    );
  }

  #complain(error: unknown, what: string): string {
    const { reason } = judge(error);
    if (this.#seldom.isDue(`${what} ${reason}`)) this.options.logger.warn({ error: reason }, what);
    return reason;
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => {});
    this.#wake = undefined;
  }
}

function byReason(partitions: readonly HubPartition[], why: (partition: HubPartition) => string | undefined): Map<string, HubPartition[]> {
  const reasons = new Map<string, HubPartition[]>();
  for (const partition of partitions) {
    const reason = why(partition);
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), partition]);
  }
  return reasons;
}

function nameAll(partitions: readonly HubPartition[]): string {
  return partitions.length === 1 ? `partition ${partitions[0]?.id}` : `partitions ${partitions.map(({ id }) => id).join(', ')}`;
}
