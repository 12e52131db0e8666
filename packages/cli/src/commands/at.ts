import type { PastClient, Place, Progress } from '@rollcall/client';
import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import { ArgumentInvalid, NotFound } from '../failures.ts';
import { showPastClient, showPastClients, showProgress } from '../show-replay.ts';
import { examples, jsonOption } from './options.ts';
import { PLACE_HELP, parseEnd } from './places.ts';

export function addAt(program: Command, context: Context): void {
  program
    .command('at')
    .description('one client, or all clients of a namespace, as they were')
    .argument('<place>', `${PLACE_HELP}: with all that was logged up to then`, parseEnd)
    .addArgument(new Argument('<what>', 'one client, or all clients').choices(['client', 'clients']))
    .argument('<namespace>')
    .argument('[client]', 'client authentication name')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'at 2026-11-20T10:00Z client myns pump',
        'at 2:1719 client myns pump',
        'at 2026-11-20T10:00Z clients myns --json | jq -r \'select(.presence == "online").client\'',
      ),
    )
    .action((place: Place, what: 'client' | 'clients', namespace: string, client: string | undefined, { json }: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const onProgress = (progress: Progress) => context.progress(showProgress(progress));
        if (what === 'client') {
          if (client === undefined) throw new ArgumentInvalid('name the client, after its namespace');
          const past = await rollcall.at(place, namespace, client, { onProgress });
          if (past === undefined) throw new NotFound(`no event of client ${client} in namespace ${namespace} had been seen by then`);
          return json ? context.print(flat(past), true, String) : context.print(past, false, showPastClient);
        }
        if (client !== undefined) throw new ArgumentInvalid('clients are all clients of a namespace: say client for one');
        const clients: PastClient[] = [];
        for await (const past of rollcall.clientsAt(place, namespace, { onProgress })) clients.push(past);
        if (clients.length === 0) throw new NotFound(`no event of namespace ${namespace} had been seen by then`);
        if (json) for (const past of clients) context.print(flat(past), true, String);
        else context.print(clients, false, showPastClients);
      }),
    );
}

/** As `client --json` has it. */
function flat({ client, sessions, ...rest }: PastClient): object {
  return { ...client, sessions, ...rest };
}
