import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { NotFound } from '../failures.ts';
import { showSession } from '../show.ts';
import { examples, jsonOption } from './options.ts';

export function addSession(program: Command, context: Context): void {
  program
    .command('session')
    .description('one session')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .argument('<session>', 'MQTT client id')
    .addOption(jsonOption())
    .addHelpText('after', examples('session myns pump session-1', 'session myns pump session-1 --json | jq -r .since'))
    .action((namespace: string, client: string, session: string, options: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const snapshot = await rollcall.session(namespace, client, session);
        if (snapshot === undefined)
          throw new NotFound(`no event of session ${session} of client ${client} in namespace ${namespace} was seen`);
        context.print(snapshot, options.json, showSession);
      }),
    );
}
