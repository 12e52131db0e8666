import { parseTime } from '@rollcall/schema';
import { Duration } from '@rollcall/service';
import { InvalidArgumentError, Option } from 'commander';

/** `--json`, the same for every command that shows something. */
export function jsonOption(): Option {
  return new Option('--json', 'JSON for machines instead of text for people');
}

/** Parses an option's value as a whole number from `least` to `greatest`. */
export function wholeNumber(least: number, greatest: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= greatest) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${greatest}`);
  };
}

/** Parses an option's value as a time. */
export function moment(text: string): string {
  const time = timeOf(text);
  if (time === undefined) throw new InvalidArgumentError('expected an RFC 3339 time such as 2026-11-20T10:00:00Z');
  return time;
}

/** RFC 3339; the seconds may be left out. Undefined if it is no time. */
export function timeOf(text: string): string | undefined {
  const whole = text.replace(/^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d)(?=[Zz+-])/, '$1:00');
  return parseTime(whole) === undefined ? undefined : whole;
}

/** How new an answer must be: as `Freshness` of the library has it. */
export function atLeastOption(): Option {
  return new Option('--at-least <partition:offset>', 'wait until this event of rollcall.events is in the answer').argParser(position);
}

export function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'how long to wait for that, such as 500ms or 30s; default: 5s').argParser(duration);
}

function position(text: string): { partition: number; offset: bigint } {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,19})$/.exec(text) ?? [];
  if (partition === undefined || offset === undefined) throw new InvalidArgumentError('expected a partition and an offset such as 2:1234');
  return { partition: Number(partition), offset: BigInt(offset) };
}

function duration(text: string): number {
  const parsed = Duration.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]?.message ?? '');
  return parsed.data;
}

/** The part of a command's help that shows it in use. */
export function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ rollcall ${line}`)].join('\n');
}
