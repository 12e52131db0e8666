import type { Freshness } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { showCounts } from '../show.ts';
import { namespaceNeverSeen } from './never-seen.ts';
import { atLeastOption, examples, jsonOption, timeoutOption } from './options.ts';

export function addCounts(program: Command, context: Context): void {
  program
    .command('counts')
    .description('how many clients are online, offline (and why, and confirmed) or unknown, and how many are registered')
    .argument('[namespace]', 'default: all of them')
    .addOption(jsonOption())
    .addOption(atLeastOption())
    .addOption(timeoutOption())
    .addHelpText('after', examples('counts', "counts myns --json | jq '.[0].presence.online'"))
    .action((namespace: string | undefined, { json, ...freshness }: Freshness & { readonly json?: boolean }) =>
      context.answer(async (rollcall) => {
        const counts = await rollcall.counts(namespace, freshness);
        if (namespace !== undefined && counts.length === 0) throw namespaceNeverSeen(namespace);
        context.print(counts, json, showCounts);
      }),
    );
}
