import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printable } from '../table.ts';
import { examples, jsonOption } from './options.ts';

export function addNamespaces(program: Command, context: Context): void {
  program
    .command('namespaces')
    .description('the namespaces that have a client')
    .addOption(jsonOption())
    .addHelpText('after', examples('namespaces'))
    .action(({ json }: { readonly json?: boolean }) =>
      context.answer(async (rollcall) => {
        const namespaces = await rollcall.namespaces();
        if (json) context.print(namespaces, true, String);
        else for (const namespace of namespaces) context.print(namespace, false, printable);
      }),
    );
}
