import type { Place, Progress, ReplayOptions } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ArgumentInvalid } from '../failures.ts';
import { showProgress, showReplayed } from '../show-replay.ts';
import { examples, jsonOption } from './options.ts';
import { PLACE_HELP, parseEnd, parseStart } from './places.ts';

/** What of the log is replayed. */
export interface IntervalOptions {
  readonly from?: Place;
  readonly to?: Place;
  readonly session?: string;
  readonly json?: boolean;
}

export function addReplay(program: Command, context: Context): void {
  const command = program
    .command('replay')
    .description('the raw events of the log, folded as they go: what each came to')
    .option('--namespace <namespace>', 'only events of this namespace')
    .option('--client <client>', 'only events of this client of the namespace');
  withInterval(command)
    .addHelpText(
      'after',
      examples(
        'replay --namespace myns --from 2026-11-20T10:00Z --to 2026-11-20T10:05Z',
        'replay --from 2:1700 --to 2:1720',
        'replay --namespace myns --json | jq -c \'select(.outcome == "ignored")\'',
      ),
    )
    .action(({ json, ...options }: IntervalOptions & Pick<ReplayOptions, 'namespace' | 'client'>) =>
      context.answer(async (rollcall) => {
        if (options.client !== undefined && options.namespace === undefined) throw new ArgumentInvalid('--client needs its --namespace');
        const onProgress = (progress: Progress) => context.progress(showProgress(progress));
        for await (const event of rollcall.replay({ ...options, onProgress })) context.print(event, json, showReplayed);
      }),
    );
}

/** The options that say what of the log is replayed. */
export function withInterval(command: Command): Command {
  return command
    .option('--session <session>', 'only events of sessions of this name')
    .option('--from <place>', `from here on: ${PLACE_HELP}; default: the oldest that is kept`, parseStart)
    .option('--to <place>', 'up to here; default: as far as it goes now', parseEnd)
    .addOption(jsonOption());
}
