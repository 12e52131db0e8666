import type { Place, Position } from '@rollcall/client';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { NotFound } from '../failures.ts';
import { positionText, redriveWords, showDeadLetters, showLetter, showVerdict } from '../show-dead-letters.ts';
import { examples, jsonOption, wholeNumber } from './options.ts';
import { PLACE_HELP, parseEnd, parsePosition, parseStart } from './places.ts';

interface FilterOptions {
  readonly reason?: string;
  readonly from?: Place;
  readonly to?: Place;
  readonly limit?: number;
  readonly json?: boolean;
}

const MOST = 1_000_000;

export function addDeadLetters(program: Command, context: Context): void {
  const family = program
    .command('dead-letters')
    .description('what could not be read, and why: list, show, redrive')
    .addHelpText('after', examples('dead-letters list --reason invalid-data', 'dead-letters show 2:17', 'dead-letters redrive --dry-run'));
  addList(family, context);
  addShow(family, context);
  addRedrive(family, context);
}

function addList(family: Command, context: Context): void {
  filtered(family.command('list'), 20)
    .description('the newest letters, in the order in which they came')
    .addHelpText('after', examples('dead-letters list', 'dead-letters list --reason invalid-data --from 2026-11-20T10:00Z --limit 1000'))
    .action(({ json, ...filter }: FilterOptions) =>
      context.answer(async (rollcall) => {
        const letters = await rollcall.deadLetters.list(filter);
        if (json) for (const letter of letters) context.print(letter, true, String);
        else context.print(letters, false, showDeadLetters);
      }),
    );
}

function addShow(family: Command, context: Context): void {
  family
    .command('show')
    .description('one letter: why it was refused, where it came from, the original')
    .argument('<position>', 'PARTITION:OFFSET', parsePosition)
    .addOption(new Option('--raw', 'the original alone, byte for byte').conflicts('json'))
    .addOption(jsonOption())
    .addHelpText('after', examples('dead-letters show 2:17', 'dead-letters show 2:17 --raw > letter'))
    .action((position: Position, { raw, json }: { raw?: boolean; json?: boolean }) =>
      context.answer(async (rollcall) => {
        const letter = await rollcall.deadLetters.get(position);
        if (letter === undefined) throw noLetterAt(position);
        if (raw) context.write(Buffer.from(letter.original, 'base64'));
        else context.print(letter, json, showLetter);
      }),
    );
}

function addRedrive(family: Command, context: Context): void {
  filtered(family.command('redrive'))
    .description('give letters to ingest’s parser again, all of them, the oldest first; twice does no harm')
    .argument('[position...]', 'PARTITION:OFFSET of the letters; else all that the options choose', collectPositions)
    .option('--dry-run', 'say what would happen, and write nothing')
    .addHelpText(
      'after',
      examples(
        'dead-letters redrive --dry-run',
        'dead-letters redrive 2:17 3:4',
        'dead-letters redrive --reason invalid-data --from 2026-11-20T10:00Z --to 2026-11-20T11:00Z --limit 10000',
      ),
    )
    .action((positions: readonly Position[], { json, ...options }: FilterOptions & { readonly dryRun?: boolean }) =>
      context.answer(async (rollcall) => {
        const found = new Set<string>();
        let redriven = 0;
        for await (const verdict of rollcall.deadLetters.redrive(positions.length === 0 ? options : { ...options, positions })) {
          found.add(positionText(verdict.position));
          if (verdict.refused.length === 0) redriven++;
          context.print(verdict, json, (_, paint) =>
            showVerdict(positionText(verdict.position), verdict, redriveWords(options.dryRun), paint),
          );
        }
        const missing = positions.find((position) => !found.has(positionText(position)));
        if (missing !== undefined) throw noLetterAt(missing);
        if (!json) context.print(redriven, false, () => tally(redriven, found.size, options));
      }),
    );
}

function tally(redriven: number, letters: number, { dryRun, limit }: { readonly dryRun?: boolean; readonly limit?: number }): string {
  const line = `${redriven} of ${letters} letters ${dryRun ? 'would be redriven' : 'redriven'}`;
  return letters === limit ? `${line}; there may be more, --limit raises their number` : line;
}

/** The options that choose letters. */
function filtered(command: Command, limit?: number): Command {
  return command
    .option('--reason <reason>', 'only letters with this reason, such as invalid-data')
    .option('--from <place>', `only from here on: ${PLACE_HELP}`, parseStart)
    .option('--to <place>', 'only up to here', parseEnd)
    .option('--limit <n>', `at most so many letters, up to ${MOST}`, wholeNumber(1, MOST), limit)
    .addOption(jsonOption());
}

function collectPositions(text: string, before: readonly Position[] = []): readonly Position[] {
  return [...before, parsePosition(text)];
}

function noLetterAt(position: Position): NotFound {
  return new NotFound(`there is no dead letter at ${positionText(position)}, or no longer`);
}
