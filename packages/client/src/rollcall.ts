import { type LogOptions, Offsets, type Place, type SaslOptions } from '@rollcall/log';
import { type Admission, DEFAULT_PREFIX, type SessionSnapshot } from '@rollcall/schema';
import {
  type ClientId,
  type ClientView,
  type Freshness,
  type ListFilter,
  type ListOptions,
  type NamespaceCounts,
  type Page,
  RebuildStore,
  SnapshotReader,
} from '@rollcall/snapshots';
import { clientAt, clientsAt } from './at.ts';
import { type ChangesOptions, changesFeed, type FeedChange } from './changes.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Feed } from './feed.ts';
import type { ReplayControl, ReplaySource } from './fold-log.ts';
import type { PastClient } from './past-clients.ts';
import { Rebuild } from './rebuild/rebuild.ts';
import { type ImportOptions, importClients, type RedriveTarget, redriveEvents, type Verdict } from './redrive.ts';
import { type HistoryOptions, type ReplayedEvent, type ReplayOptions, replay } from './replay.ts';
import { type Status, statusOf } from './status.ts';
import { type TableEntry, type TableOptions, tableEntries } from './table.ts';

/** Where Rollcall's data is. */
export interface RollcallOptions {
  /** One server: `redis://user:password@host:6379/0`. A master that sentinels name: `redis-sentinel://user:password@host:26379,host:26379/0#master`.
   *  A Cluster: `redis-cluster://user:password@host:6379,host:6379`. With `rediss` instead of `redis`: TLS. User and password are
   *  percent-encoded, and may be absent. */
  readonly redisUrl: string;
  /** Kafka, for subscribing. */
  readonly kafka: {
    /** `host:port` of some brokers. */
    readonly brokers: readonly string[];
    /** TLS to the brokers. Default `false`. */
    readonly tls?: boolean | undefined;
    /** User and password. Default: none. */
    readonly sasl?: SaslOptions | undefined;
  };
  /** Prefix of the topics and of the Redis keys. Default `rollcall`. */
  readonly prefix?: string;
  /** What a redrive admits; as ingest is configured. Default: events of 1,000,000 bytes, times 5 min (in ms) ahead of their arrival, any source. */
  readonly admission?: Partial<Admission>;
  /** Consumer group of the projectors, for `status`. Default `rollcall-projector`. */
  readonly consumerGroup?: string;
}

const DEFAULT_ADMISSION: Admission = { maxEventBytes: 1_000_000, maxClockAhead: 300_000, sources: new Map() };

const PROJECTORS = 'rollcall-projector';

/** Query, subscribe, replay, redrive. Nothing connects before it is needed; close it, or declare it with `await using`. */
export class Rollcall implements AsyncDisposable {
  readonly #reader: SnapshotReader;
  readonly #log: LogOptions;
  readonly #offsets: Offsets;
  readonly #target: RedriveTarget;
  readonly #replaySource: ReplaySource;
  readonly #statusSources: Parameters<typeof statusOf>[0];
  readonly #rebuildStore: RebuildStore;
  /** What could not be read, and why. */
  readonly deadLetters: DeadLetters;
  /** Builds the snapshots anew from the log, beside those in use, and switches to them. */
  readonly rebuild: Rebuild;

  constructor({ redisUrl, kafka, prefix = DEFAULT_PREFIX, admission, consumerGroup = PROJECTORS }: RollcallOptions) {
    const redis = { url: redisUrl, patient: false, onError: () => {}, prefix };
    this.#reader = new SnapshotReader(redis);
    this.#log = { ...kafka, prefix, clientId: 'rollcall-client', retries: 1, logger: { debug: () => {} } };
    this.#offsets = new Offsets(this.#log);
    this.#target = { log: this.#log, offsets: this.#offsets, admission: { ...DEFAULT_ADMISSION, ...admission } };
    this.#rebuildStore = new RebuildStore(redis);
    this.#replaySource = { log: this.#log, offsets: this.#offsets, settings: () => this.#rebuildStore.settings() };
    this.deadLetters = new DeadLetters(this.#target);
    const { deadLetters } = this;
    this.#statusSources = { log: this.#log, offsets: this.#offsets, deadLetters, consumerGroup, store: this.#rebuildStore };
    this.rebuild = new Rebuild(this.#rebuildStore, this.#log);
  }

  /** A client with all its sessions as of one position of the log; undefined if nothing was ever heard of it. Like every question to the
   *  snapshots, throws NoSnapshots, LayoutOutdated, PartitionRestoring, PartitionUnknown, SnapshotsBehind or RedisUnavailable. */
  client(namespace: string, client: string, freshness?: Freshness): Promise<ClientView | undefined> {
    return this.#reader.client({ namespace, client }, freshness);
  }

  /** Many clients at once, in the order asked for; undefined where nothing was ever heard of one. One round trip; another
   *  where one is not there. */
  clients(ids: readonly ClientId[], freshness?: Freshness): Promise<(ClientView | undefined)[]> {
    return this.#reader.clients(ids, freshness);
  }

  /** One session; undefined if nothing was ever heard of it. */
  session(namespace: string, client: string, session: string, freshness?: Freshness): Promise<SessionSnapshot | undefined> {
    return this.#reader.session({ namespace, client }, session, freshness);
  }

  /** A page of a namespace's clients, by name, or by since (whole milliseconds; those without come first) and then name. Each was checked
   *  against its snapshot: none is in a state that was not asked for. From page to page, a client that does not change is neither skipped nor
   *  repeated. A page costs the same however many clients there are; so one by since with a prefix, or by name with bounds on since, may
   *  be short or even empty while it has a cursor.
   *  Throws CursorInvalid, TypeError if a time is none, RangeError if the limit is not 1 to 1,000. */
  list(filter: ListFilter, options?: ListOptions): Promise<Page> {
    return this.#reader.list(filter, options);
  }

  /** How many clients there are, per namespace in the order of their names; O(1) in the number of clients. */
  counts(namespace?: string, freshness?: Freshness): Promise<NamespaceCounts[]> {
    return this.#reader.counts(namespace, freshness);
  }

  /** The namespaces that have a client, in the order of their names. */
  namespaces(freshness?: Freshness): Promise<string[]> {
    return this.#reader.namespaces(freshness);
  }

  /** Each change that users can see, from where you want, for as long as you want: see Feed. A client's come in order. */
  changes(options: ChangesOptions = {}): Feed<FeedChange> {
    return changesFeed(this.#log, options);
  }

  /** The current state first, then every change after it, without a gap or a repetition between. Memory is needed for what changes while the
   *  rows are read, not for all of them. Where snapshots are being restored, or lag behind the feed, it waits for them. Throws LogUnavailable,
   *  NoSnapshots, LayoutOutdated, RedisUnavailable; once it is complete, it needs Kafka only, and outlives its absence as a Feed does. */
  table(options: TableOptions = {}): AsyncIterable<TableEntry, void, undefined> {
    return tableEntries({ reader: this.#reader, log: this.#log }, options);
  }

  /** The raw events of the log, folded as they go: what each came to, and its client after it. In the order of log times, a client's in fold
   *  order. What came before `from` is folded first, as far back as the log goes: from its beginning, or from `rollcall.state`. All clients
   *  that it is about are held in memory. It folds by the settings of the snapshots in use, which Redis knows. Throws PlaceInvalid, LogUnavailable,
   *  RedisUnavailable, FoldVersionDiffers. */
  replay(options: ReplayOptions = {}): AsyncIterable<ReplayedEvent> {
    return replay(this.#replaySource, options);
  }

  /** What happened to one client, in fold order, with what was ignored, and why. Throws as `replay`. */
  history(namespace: string, client: string, options: HistoryOptions = {}): AsyncIterable<ReplayedEvent> {
    return replay(this.#replaySource, { ...options, namespace, client });
  }

  /** A client as of a place in the log: all that was appended before the offset of its partition, or by that time. Undefined if nothing had
   *  been heard of it. Throws as `replay`. */
  at(place: Place, namespace: string, client: string, control?: ReplayControl): Promise<PastClient | undefined> {
    return clientAt(this.#replaySource, place, { namespace, client }, control);
  }

  /** All clients of a namespace as of a place in the log, in the order of their names. Throws as `replay`. */
  clientsAt(place: Place, namespace: string, control?: ReplayControl): AsyncIterable<PastClient> {
    return clientsAt(this.#replaySource, place, namespace, control);
  }

  /** Gives events that Event Grid could not deliver to ingest's parser, each the JSON of one event as its blob has it, a CloudEvent or one in the
   *  Event Grid schema, and appends what is admitted to `rollcall.events`: a verdict for each, in their order. `origin` names where they are from. Throws LogUnavailable. */
  redrive(events: readonly string[], options: { readonly origin: string; readonly dryRun?: boolean | undefined }): AsyncIterable<Verdict> {
    return redriveEvents(events, options, this.#target);
  }

  /** Registers clients that Event Grid has but no event told of: resources of Azure Resource Manager, as `az eventgrid namespace client list` prints
   *  them. Each becomes a CreatedOrUpdated of the time of its last change, so whatever came later wins, and twice is once. A verdict for each, in
   *  their order. Throws LogUnavailable. */
  importClients(resources: readonly unknown[], options: ImportOptions): AsyncIterable<Verdict> {
    return importClients(resources, options, this.#target);
  }

  /** How far each stage is: behind the one before it, partition by partition. Never throws because Kafka or Redis does not answer. */
  status(): Promise<Status> {
    return statusOf(this.#statusSources);
  }

  /** Closes the connections. Never throws; nothing may be asked afterwards. */
  async close(): Promise<void> {
    this.#reader.close();
    await this.#offsets.close();
    this.#rebuildStore.close();
  }

  /** Closes it at the end of the block that declared it with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
