import type { Presence } from '@rollcall/client';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { showClients } from '../show.ts';
import { examples, jsonOption, wholeNumber } from './options.ts';

interface ClientsOptions {
  readonly presence?: Presence;
  readonly reason?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly json?: boolean;
}

export function addClients(program: Command, context: Context): void {
  program
    .command('clients')
    .description('clients of a namespace, a page at a time')
    .argument('<namespace>')
    .addOption(new Option('--presence <presence>', 'only clients in this state').choices(['online', 'offline', 'unknown']))
    .option('--reason <reason>', 'only clients that are offline for this reason, such as ConnectionLost')
    .option('--limit <n>', 'clients per page, 1 to 1000', wholeNumber(1, 1000), 100)
    .option('--cursor <cursor>', 'where the page before this one ended')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'clients myns',
        'clients myns --presence offline --reason ConnectionLost',
        "clients myns --limit 1000 --json | jq -r '.clients[].client'",
      ),
    )
    .action((namespace: string, { presence, reason, limit, cursor, json }: ClientsOptions) =>
      context.answer(async (rollcall) => {
        const page = await rollcall.list({ namespace, presence, reason }, limit, cursor);
        if (json) return context.print({ clients: page.clients, cursor: page.cursor ?? null }, true, String);
        const more = page.cursor === undefined ? '' : `\n\nmore: --cursor ${page.cursor}`;
        context.print(page.clients, false, (clients, paint) => showClients(clients, paint) + more);
      }),
    );
}
