import type { Place } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { foldChanges } from '../settings.ts';
import { showComparison, showGenerations, showProgress } from '../show-rebuild.ts';
import { examples, jsonOption, wholeNumber } from './options.ts';
import { PLACE_HELP, parseStart } from './places.ts';

interface RebuildOptions {
  readonly from?: Place;
  readonly rate?: number;
  readonly examples: number;
  readonly switch?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `rollcall rebuild` and what can be done with what it built. */
export function addRebuild(program: Command, context: Context): void {
  const rebuild = program
    .command('rebuild')
    .enablePositionalOptions()
    .description('fold the log into a new generation of the snapshots beside the one in use, and compare them')
    .option('--from <place>', `where in the log to begin: ${PLACE_HELP}; default: as far back as it is kept`, parseStart)
    .option('--rate <n>', 'at most so many events per second', wholeNumber(1, 10_000_000))
    .option('--examples <n>', 'differences to show', wholeNumber(0, 1_000), 10)
    .option('--switch', 'let readers use it when it is compared')
    .option('--dry-run', 'drop it when it is compared')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples('rebuild', 'rebuild --rate 5000 --switch', 'rebuild --dry-run --json', 'rebuild status', 'rebuild rollback', 'rebuild drop'),
    )
    .action((options: RebuildOptions) =>
      context.answer(async (rollcall) => {
        const { from, rate, examples: some, json } = options;
        const onProgress = (progress: Parameters<typeof showProgress>[0]) => context.progress(showProgress(progress));
        const built = await rollcall.rebuild.run({ from, rate, fold: foldChanges(context.env), onProgress, signal: context.stopSignal() });
        const comparison = await rollcall.rebuild.compare({ examples: some });
        const next = options.switch ? 'switched' : options.dryRun ? 'dropped' : 'kept';
        if (next === 'switched') await rollcall.rebuild.switch();
        if (next === 'dropped') await rollcall.rebuild.drop();
        context.print({ ...built, comparison, next }, json, (_, paint) =>
          [
            `generation ${built.generation}${built.resumed ? ', resumed' : ''}: ${built.events} events folded`,
            showComparison(comparison, paint),
            {
              switched: 'readers use it now; rollcall rebuild rollback undoes that',
              dropped: 'dropped',
              kept: 'to use it: rollcall rebuild switch',
            }[next],
          ].join('\n\n'),
        );
      }),
    );

  rebuild
    .command('status')
    .description('which generations there are')
    .addOption(jsonOption())
    .addHelpText('after', examples('rebuild status'))
    .action((options: { json?: boolean }) =>
      context.answer(async (rollcall) => context.print(await rollcall.rebuild.generations(), options.json, showGenerations)),
    );

  rebuild
    .command('compare')
    .description('how the generation beside the active one differs from it')
    .option('--examples <n>', 'differences to show', wholeNumber(0, 1_000), 10)
    .addOption(jsonOption())
    .addHelpText('after', examples('rebuild compare', 'rebuild compare --examples 100 --json'))
    .action((options: { examples: number; json?: boolean }) =>
      context.answer(async (rollcall) => context.print(await rollcall.rebuild.compare(options), options.json, showComparison)),
    );

  const changes = [
    ['switch', 'let readers use the generation that was built', 'readers use generation'],
    ['rollback', 'let readers use the former generation again', 'readers use generation'],
    ['drop', 'delete the generation beside the active one', 'dropped generation'],
  ] as const;
  for (const [name, description, done] of changes) {
    rebuild
      .command(name)
      .description(description)
      .addOption(jsonOption())
      .addHelpText('after', examples(`rebuild ${name}`))
      .action((options: { json?: boolean }) =>
        context.answer(async (rollcall) => {
          const generation = await rollcall.rebuild[name]();
          context.print({ generation }, options.json, () => `${done} ${generation}`);
        }),
      );
  }
}
