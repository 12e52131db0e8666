import path from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { NotEvents, readEvents } from '../read-events.ts';
import { redriveWords, showVerdict } from '../show-dead-letters.ts';
import { contentOf } from './file-content.ts';
import { examples, jsonOption } from './options.ts';

export function addRedrive(program: Command, context: Context): void {
  program
    .command('redrive')
    .description('take in what Event Grid could not deliver: the blobs of its own dead letters; twice does no harm')
    .argument('<file...>', 'files of events in either schema (one object, an array or NDJSON), or - for standard input')
    .option('--dry-run', 'say what would happen, and write nothing')
    .addOption(jsonOption())
    .addHelpText('after', examples('redrive --dry-run 5c2b.json', 'redrive MY-SUBSCRIPTION/2026/11/20/10/*.json'))
    .action((files: readonly string[], { dryRun, json }: { dryRun?: boolean; json?: boolean }) =>
      context.answer(async (rollcall) => {
        const contents: (readonly [file: string, events: readonly string[]])[] = [];
        for (const file of files) contents.push([file, eventsOf(file, await contentOf(file, context.stdin))]);
        for (const [file, events] of contents) {
          let event = 0;
          for await (const verdict of rollcall.redrive(events, { origin: path.basename(file), dryRun })) {
            event++;
            context.print({ file, event, ...verdict }, json, (_, paint) =>
              showVerdict(`${file}:${event}`, verdict, redriveWords(dryRun), paint),
            );
          }
        }
      }),
    );
}

/** Throws NotEvents, naming the file: nothing is sent unless all can be. */
function eventsOf(file: string, content: string): readonly string[] {
  try {
    return readEvents(content);
  } catch (error) {
    throw error instanceof NotEvents ? new NotEvents(`${file}: ${error.message}`) : error;
  }
}
