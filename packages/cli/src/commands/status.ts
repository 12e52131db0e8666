import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { showStatus } from '../show-status.ts';
import { examples, jsonOption } from './options.ts';

export function addStatus(program: Command, context: Context): void {
  program
    .command('status')
    .description('how far each stage is, what is being restored, and the last dead letter')
    .addOption(jsonOption())
    .addHelpText('after', examples('status', "status --json | jq '.behind.projectors'"))
    .action(({ json }: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const status = await rollcall.status();
        if (json) context.print({ ...status, errors: status.errors.map(({ message }) => message) }, true, String);
        else context.print(status, false, showStatus);
        // What answers was shown; what does not went wrong.
        for (const error of status.errors) throw error;
      }),
    );
}
