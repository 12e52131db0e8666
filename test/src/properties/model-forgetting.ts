import type { FoldSettings } from '@rollcall/fold';
import type { LogEvent, SessionConnected, SessionDisconnected, Time } from '@rollcall/schema';
import { type ClientView, type Modelled, modelOf } from './model.ts';
import { compareRanks } from './sorting.ts';

type SessionEvent = SessionConnected | SessionDisconnected;

/** A session's events, and up to which time it hears of no more. */
interface Remembered {
  readonly events: SessionEvent[];
  readonly deafUpTo: Time | undefined;
}

/** What a client is known by when its events come in this order, as naively as the rules of forgetting can be told: keep every event of every
 *  session, and after each event throw away whole sessions. */
export class ForgettingModel {
  readonly #sessions = new Map<string, Remembered>();
  readonly #heeded: LogEvent[] = [];
  #forgotten: Time[] = [];
  #forgottenConnects: Time[] = [];

  constructor(
    private readonly namespace: string,
    private readonly client: string,
    private readonly settings: FoldSettings,
  ) {}

  hear(event: LogEvent): void {
    if (isOfSession(event)) {
      const name = event.data.clientSessionName;
      const known = this.#sessions.get(name) ?? { events: [], deafUpTo: newest(this.#forgotten) };
      if (known.deafUpTo !== undefined && event.time <= known.deafUpTo) return;
      known.events.push(event);
      this.#sessions.set(name, known);
    }
    this.#heeded.push(event);
    this.#forget();
  }

  view(): ClientView {
    return this.#modelled().view;
  }

  #modelled(): Modelled {
    const remembered = [...this.#sessions.values()].flatMap(({ events }) => events);
    const known = { remembered, heeded: this.#heeded, forgottenConnected: newest(this.#forgottenConnects) };
    return modelOf(this.namespace, this.client, known, this.settings);
  }

  #forget(): void {
    const { sessionsKept, sessionRetention } = this.settings;
    const ages = new Map([...this.#sessions].map(([name, { events }]) => [name, newest(events.map(({ time }) => time)) ?? 0n]));
    const ageOf = (name: string) => ages.get(name) ?? 0n;
    const newestOfAll = newest([...ages.values()] as Time[]) ?? 0n;
    const isOld = (name: string) => sessionRetention > 0n && ageOf(name) < newestOfAll - sessionRetention;
    const names = [...ages.keys()];
    if ((sessionsKept === 0 || names.length <= sessionsKept) && !names.some(isOld)) return;
    const { view, waiting } = this.#modelled();
    const { client, sessions } = view;
    const ended = sessions.filter(({ status }) => status === 'disconnected').map(({ session }) => session);
    const byAge = ended.sort((a, b) => compareRanks([ageOf(b), b], [ageOf(a), a]));
    const beyond = sessionsKept === 0 ? [] : byAge.slice(sessionsKept);
    const needed = new Set([...waiting, ...(client.connectedSessions > 0 ? [] : lastEnded(sessions))]);
    for (const name of new Set([...beyond, ...byAge.filter(isOld)])) if (!needed.has(name)) this.#drop(name);
  }

  #drop(name: string): void {
    const events = this.#sessions.get(name)?.events ?? [];
    this.#sessions.delete(name);
    this.#forgotten = [...this.#forgotten, ...events.map(({ time }) => time)];
    this.#forgottenConnects = [...this.#forgottenConnects, ...events.filter(isConnected).map(({ time }) => time)];
  }
}

function lastEnded(sessions: ClientView['sessions']): string[] {
  const ended = sessions.filter(({ disconnectedAt }) => disconnectedAt !== undefined);
  const rank = (one: (typeof ended)[number]) => [one.disconnectedAt ?? '', BigInt(one.sequenceNumber), one.disconnectionReason ?? ''];
  return ended
    .sort((a, b) => compareRanks(rank(b), rank(a)))
    .slice(0, 1)
    .map(({ session }) => session);
}

function isOfSession(event: LogEvent): event is SessionEvent {
  return 'clientSessionName' in event.data;
}

function isConnected(event: SessionEvent): boolean {
  return !('disconnectionReason' in event.data);
}

function newest(times: readonly Time[]): Time | undefined {
  return times.reduce<Time | undefined>((latest, time) => (latest === undefined || time > latest ? time : latest), undefined);
}
