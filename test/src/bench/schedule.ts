import { TICKS_PER_MILLISECOND, type Time } from '@rollcall/schema';

/** Clients of which nothing but samples is sent: between two events of one there is time to see the first. */
const SAMPLED_CLIENTS = 256;
const SAMPLES_PER_SECOND = 50;

export interface ScheduleOptions {
  /** When the first event is due, in milliseconds since 1970. */
  readonly start: number;
  /** Events per second. */
  readonly rate: number;
  /** Seconds of events that are not measured. */
  readonly warmUp: number;
  /** Seconds of events that are. */
  readonly seconds: number;
  /** Size of the fleet: more than 256. */
  readonly clients: number;
}

/** An event whose way is watched. */
export interface Sample {
  readonly n: number;
  readonly due: number;
}

/** What is due when, whatever became of what was due before. Whoever sends, probes and listens knows it beforehand and tells the others nothing;
 *  a sender that is held up sends late, and its lateness counts. */
export class Schedule {
  /** Events in all. */
  readonly count: number;
  /** From here on they are measured, in milliseconds since 1970. */
  readonly measuredFrom: number;
  readonly end: number;
  readonly #every: number;

  constructor(private readonly options: ScheduleOptions) {
    const { start, rate, warmUp, seconds, clients } = options;
    if (clients <= SAMPLED_CLIENTS) throw new RangeError(`latency needs more than ${SAMPLED_CLIENTS} clients`);
    this.count = (warmUp + seconds) * rate;
    this.measuredFrom = start + warmUp * 1_000;
    this.end = this.measuredFrom + seconds * 1_000;
    this.#every = Math.max(1, Math.round(rate / SAMPLES_PER_SECOND));
  }

  /** When the event is due, in milliseconds since 1970. */
  due(event: number): number {
    return this.options.start + (event * 1_000) / this.options.rate;
  }

  /** The client of the event; of one that is no sample, any client, by a number from 0 to 1. */
  client(event: number, draw: number): number {
    if (event % this.#every === 0) return (event / this.#every) % SAMPLED_CLIENTS;
    return SAMPLED_CLIENTS + Math.floor(draw * (this.options.clients - SAMPLED_CLIENTS));
  }

  /** How many are measured. */
  get measured(): number {
    return this.options.seconds * this.options.rate;
  }

  /** Of those that are measured, in the order in which they are due. */
  *samples(): Iterable<Sample> {
    for (let event = 0; event < this.count; event += this.#every) {
      const due = this.due(event);
      if (due >= this.measuredFrom) yield { n: this.client(event, 0), due };
    }
  }
}

/** An event's own time says when it was due. */
export function timeOf(due: number): Time {
  return BigInt(Math.round(due * Number(TICKS_PER_MILLISECOND))) as Time;
}

export function dueOf(time: Time): number {
  return Number(time) / Number(TICKS_PER_MILLISECOND);
}

/** Milliseconds since 1970, with fractions: the same clock in all processes of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
