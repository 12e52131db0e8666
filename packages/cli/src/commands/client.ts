import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { NotFound } from '../failures.ts';
import { showClient } from '../show.ts';
import { examples, jsonOption } from './options.ts';

export function addClient(program: Command, context: Context): void {
  program
    .command('client')
    .description('one client with its sessions')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .addOption(jsonOption())
    .addHelpText('after', examples('client myns pump', "client myns pump --json | jq -r '.sessions[].session'"))
    .action((namespace: string, client: string, options: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const view = await rollcall.client(namespace, client);
        if (view === undefined) throw new NotFound(`no event of client ${client} in namespace ${namespace} was seen`);
        if (options.json) context.print({ ...view.client, sessions: view.sessions }, true, String);
        else context.print(view, false, showClient);
      }),
    );
}
