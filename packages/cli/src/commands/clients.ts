import type { ClientSnapshot, Existence, Freshness, ListFilter, Presence, Rollcall } from '@rollcall/client';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { showClients } from '../show.ts';
import { namespaceNeverSeen } from './never-seen.ts';
import { atLeastOption, examples, jsonOption, moment, timeoutOption, wholeNumber } from './options.ts';

interface ClientsOptions extends Freshness {
  readonly presence?: Presence;
  readonly reason?: string;
  readonly confirmed?: boolean;
  readonly pending?: boolean;
  readonly exists?: Existence;
  readonly state?: string;
  readonly sinceAfter?: string;
  readonly sinceBefore?: string;
  readonly prefix?: string;
  readonly order?: 'name' | 'since';
  readonly limit: number;
  readonly cursor?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Clients per page of `--all`. */
const LONGEST_PAGE = 1_000;

export function addClients(program: Command, context: Context): void {
  program
    .command('clients')
    .description('clients of a namespace, a page at a time; of several filters all must hold')
    .argument('<namespace>')
    .addOption(new Option('--presence <presence>', 'only clients in this state').choices(['online', 'offline', 'unknown']))
    .option('--reason <reason>', 'only clients that are offline for this reason, such as ConnectionLost')
    .addOption(new Option('--confirmed', 'only clients that are confirmed offline').conflicts('pending'))
    .option('--pending', 'only clients that are offline, but not confirmed yet')
    .addOption(new Option('--exists <exists>', 'only clients whose resource is there, or deleted').choices(['yes', 'no', 'unknown']))
    .option('--state <state>', 'only clients whose resource is in this state, such as Disabled')
    .option('--since-after <time>', 'only clients that are as they are since this time or later (RFC 3339)', moment)
    .option('--since-before <time>', 'only clients that are as they are since before this time (RFC 3339)', moment)
    .option('--prefix <prefix>', 'only clients whose names begin so')
    .addOption(new Option('--order <order>', 'default: name, but since with --since-…').choices(['name', 'since']))
    .option('--limit <n>', 'clients per page, 1 to 1000', wholeNumber(1, LONGEST_PAGE), 100)
    .option('--cursor <cursor>', 'where the page before this one ended')
    .option('--all', 'page after page to the end; with --json a line for each client')
    .addOption(jsonOption())
    .addOption(atLeastOption())
    .addOption(timeoutOption())
    .addHelpText(
      'after',
      examples(
        'clients myns',
        'clients myns --presence offline --reason ConnectionLost',
        'clients myns --confirmed --since-before 2026-11-20T10:00:00Z',
        'clients myns --all --json | jq -r .client',
      ),
    )
    .action((namespace: string, options: ClientsOptions) =>
      context.answer(async (rollcall) => {
        const { order, all, json, atLeast, timeout } = options;
        const limit = all ? LONGEST_PAGE : options.limit;
        let cursor = options.cursor;
        do {
          const page = await rollcall.list(filterOf(namespace, options), { limit, cursor, order, atLeast, timeout });
          if (page.clients.length === 0 && page.cursor === undefined) await expectNamespace(rollcall, namespace);
          cursor = page.cursor;
          if (all && json) for (const client of page.clients) context.print(client, true, String);
          else if (json) context.print({ clients: page.clients, cursor: cursor ?? null }, true, String);
          else if (!all || page.clients.length > 0) printTable(context, page.clients, all ? undefined : cursor);
        } while (all && cursor !== undefined);
      }),
    );
}

/** An empty list is an answer, unless the name is that of nothing. */
async function expectNamespace(rollcall: Rollcall, namespace: string): Promise<void> {
  if ((await rollcall.counts(namespace)).length === 0) throw namespaceNeverSeen(namespace);
}

function filterOf(namespace: string, options: ClientsOptions): ListFilter {
  const { presence, reason, confirmed, pending, exists, state, sinceAfter, sinceBefore, prefix } = options;
  const since = sinceAfter === undefined && sinceBefore === undefined ? undefined : { after: sinceAfter, before: sinceBefore };
  return { namespace, presence, reason, confirmed: confirmed ?? (pending ? false : undefined), exists, state, since, prefix };
}

function printTable(context: Context, clients: readonly ClientSnapshot[], cursor: string | undefined): void {
  const more = cursor === undefined ? '' : `\n\nmore: --cursor ${cursor}`;
  context.print(clients, false, (some, paint) => showClients(some, paint) + more);
}
