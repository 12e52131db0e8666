import type { Freshness } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { showClient } from '../show.ts';
import { clientNeverSeen } from './never-seen.ts';
import { atLeastOption, examples, jsonOption, timeoutOption } from './options.ts';

export function addClient(program: Command, context: Context): void {
  program
    .command('client')
    .description('one client with its sessions')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .addOption(jsonOption())
    .addOption(atLeastOption())
    .addOption(timeoutOption())
    .addHelpText('after', examples('client myns pump', "client myns pump --json | jq -r '.sessions[].session'"))
    .action((namespace: string, client: string, { json, ...freshness }: Freshness & { readonly json?: boolean }) =>
      context.answer(async (rollcall) => {
        const view = await rollcall.client(namespace, client, freshness);
        if (view === undefined) throw clientNeverSeen(namespace, client);
        if (json) context.print({ ...view.client, sessions: view.sessions }, true, String);
        else context.print(view, false, showClient);
      }),
    );
}
