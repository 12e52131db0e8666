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

/** The part of a command's help that shows it in use. */
export function examples(...lines: readonly string[]): string {
  return ['', 'Examples:', ...lines.map((line) => `  $ rollcall ${line}`)].join('\n');
}
