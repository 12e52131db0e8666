import type { TableEntry } from '@rollcall/client';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Paint } from '../paint.ts';
import { showChange, showRow } from '../show.ts';
import { examples, jsonOption } from './options.ts';

export function addTable(program: Command, context: Context): void {
  program
    .command('table')
    .description('the clients as they are, then each change, until Ctrl-C')
    .argument('[namespace]')
    .addOption(jsonOption())
    .addHelpText('after', examples('table myns', 'table --json | jq -c \'select(.type == "change") | .change.kinds\''))
    .action((namespace: string | undefined, { json }: { json?: boolean }) =>
      context.answer(async (rollcall) => {
        const onRetry = ({ message }: Error) => context.progress(`${message}; trying again`);
        let rows = 0;
        for await (const entry of rollcall.table({ namespace, signal: context.stopSignal(), onRetry })) {
          if (entry.type === 'row') rows++;
          context.print(entry, json, (_, paint) => showEntry(entry, rows, paint));
        }
      }),
    );
}

function showEntry(entry: TableEntry, rows: number, paint: Paint): string {
  switch (entry.type) {
    case 'row':
      return showRow(entry.client, paint);
    case 'change':
      return showChange(entry.change, paint);
    case 'complete':
      return paint('heading', `${rows} ${rows === 1 ? 'client' : 'clients'}, and what changes from now on`);
  }
}
