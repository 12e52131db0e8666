import type { Freshness } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { showSession } from '../show.ts';
import { sessionNeverSeen } from './never-seen.ts';
import { atLeastOption, examples, jsonOption, timeoutOption } from './options.ts';

export function addSession(program: Command, context: Context): void {
  program
    .command('session')
    .description('one session')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .argument('<session>', 'MQTT client id')
    .addOption(jsonOption())
    .addOption(atLeastOption())
    .addOption(timeoutOption())
    .addHelpText('after', examples('session myns pump session-1', 'session myns pump session-1 --json | jq -r .since'))
    .action((namespace: string, client: string, session: string, { json, ...freshness }: Freshness & { readonly json?: boolean }) =>
      context.answer(async (rollcall) => {
        const snapshot = await rollcall.session(namespace, client, session, freshness);
        if (snapshot === undefined) throw sessionNeverSeen(namespace, client, session);
        context.print(snapshot, json, showSession);
      }),
    );
}
