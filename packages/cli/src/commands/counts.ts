import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { NotFound } from '../failures.ts';
import { showCounts } from '../show.ts';
import { examples, jsonOption } from './options.ts';

export function addCounts(program: Command, context: Context): void {
  program
    .command('counts')
    .description('how many clients are online, offline (and why) or unknown')
    .argument('[namespace]', 'default: all of them')
    .addOption(jsonOption())
    .addHelpText('after', examples('counts', "counts myns --json | jq '.[0].presence.online'"))
    .action((namespace: string | undefined, options: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const counts = await rollcall.counts(namespace);
        if (namespace !== undefined && counts.length === 0) throw new NotFound(`no event of namespace ${namespace} was seen`);
        context.print(counts, options.json, showCounts);
      }),
    );
}
