import type { Progress, ReplayedEvent } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { NotFound } from '../failures.ts';
import { showHistory, showProgress } from '../show-replay.ts';
import { examples } from './options.ts';
import { type IntervalOptions, withInterval } from './replay.ts';

export function addHistory(program: Command, context: Context): void {
  const command = program
    .command('history')
    .description('what happened to one client, in fold order, with what was ignored, and why')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name');
  withInterval(command)
    .addHelpText('after', examples('history myns pump', 'history myns pump --session session-1 --from 2026-11-20T10:00Z --json'))
    .action((namespace: string, client: string, { json, ...options }: IntervalOptions) =>
      context.answer(async (rollcall) => {
        const onProgress = (progress: Progress) => context.progress(showProgress(progress));
        const events: ReplayedEvent[] = [];
        let found = 0;
        for await (const event of rollcall.history(namespace, client, { ...options, onProgress })) {
          found++;
          if (json) context.print(event, true, String);
          else events.push(event);
        }
        if (found === 0) throw new NotFound(`the log holds no such event of client ${client} in namespace ${namespace}`);
        if (!json) context.print(events, false, showHistory);
      }),
    );
}
