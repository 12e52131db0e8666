import path from 'node:path';
import { parseJson } from '@rollcall/schema';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { ArgumentInvalid } from '../failures.ts';
import { showVerdict } from '../show-dead-letters.ts';
import { contentOf } from './file-content.ts';
import { examples, jsonOption } from './options.ts';

interface ImportOptions {
  readonly namespace?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command, context: Context): void {
  program
    .command('import')
    .description('register the clients that Event Grid lists but no event told of; twice does no harm, and whatever is newer stays')
    .argument('<file>', 'what az eventgrid namespace client list prints, or - for standard input')
    .option('--namespace <name>', 'the namespace of all of them; default: that of each resource id, by SOURCES if it is set')
    .option('--dry-run', 'say what would happen, and write nothing')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      [
        '',
        'Each client becomes a CreatedOrUpdated of the time of its last change (systemData.lastModifiedAt, else createdAt, else 1970).',
        examples('import --dry-run clients.json', 'import - < clients.json', 'import --namespace factory-west clients.json'),
      ].join('\n'),
    )
    .action((file: string, { namespace, dryRun, json }: ImportOptions) =>
      context.answer(async (rollcall) => {
        const resources = resourcesOf(file, await contentOf(file, context.stdin));
        const admitted = dryRun ? 'would be registered' : 'registered';
        let [client, registered] = [0, 0];
        for await (const verdict of rollcall.importClients(resources, { origin: path.basename(file), namespace, dryRun })) {
          client++;
          if (verdict.refused.length === 0) registered++;
          context.print({ file, client, ...verdict }, json, (_, paint) =>
            showVerdict(`${file}:${client}`, verdict, { admitted, refused: 'refused' }, paint),
          );
        }
        if (!json) context.print(registered, false, () => `${registered} of ${resources.length} clients ${admitted}`);
      }),
    );
}

/** The resources of a list, or a single one; the REST API has its list in an object. Throws ArgumentInvalid. */
function resourcesOf(file: string, content: string): readonly unknown[] {
  const invalid = (what: string) => new ArgumentInvalid(`${file} ${what}; name a file with what az eventgrid namespace client list prints`);
  let list: unknown;
  try {
    list = parseJson(content.replace(/^\ufeff/, ''));
  } catch {
    throw invalid('is not JSON');
  }
  if (Array.isArray(list)) return list;
  if (typeof list !== 'object' || list === null) throw invalid('holds no list of clients');
  const { value, nextLink } = list as { value?: unknown; nextLink?: unknown };
  if (!Array.isArray(value)) return [list];
  if (nextLink) throw invalid('is one page of several (it has a nextLink)');
  return value;
}
