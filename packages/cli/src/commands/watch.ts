import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { showChange, showDeadLetter } from '../show.ts';
import { examples, jsonOption } from './options.ts';

interface WatchOptions {
  readonly fromEarliest?: boolean;
  readonly deadLetters?: boolean;
  readonly json?: boolean;
}

export function addWatch(program: Command, context: Context): void {
  program
    .command('watch')
    .description('changes as they happen, until Ctrl-C')
    .option('--from-earliest', 'begin with the oldest that is kept')
    .option('--dead-letters', 'what could not be read, and why, instead of changes')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'watch',
        'watch --json | jq -c \'select(.kinds | index("client-offline-confirmed"))\'',
        'watch --dead-letters --from-earliest',
      ),
    )
    .action((options: WatchOptions) =>
      context.answer(async (rollcall) => {
        const choice = { from: options.fromEarliest ? 'earliest' : 'latest', signal: context.stopSignal() } as const;
        if (options.deadLetters)
          for await (const letter of rollcall.deadLetters.follow(choice)) context.print(letter, options.json, showDeadLetter);
        else for await (const change of rollcall.changes(choice)) context.print(change, options.json, showChange);
      }),
    );
}
