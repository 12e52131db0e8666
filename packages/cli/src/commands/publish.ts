import { LOCAL_HUB } from '@rollcall/service';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { readEvents } from '../read-events.ts';
import { hubAddress } from '../settings.ts';
import { contentOf } from './file-content.ts';
import { examples } from './options.ts';

export function addPublish(program: Command, context: Context): void {
  program
    .command('publish')
    .description('send events to Event Hubs, in either schema: an object, an array or NDJSON')
    .argument('<file>', 'a file, or - for standard input')
    .addHelpText('after', examples('publish events.json', 'publish - < events.ndjson'))
    .action((file: string) =>
      context.answer(async () => {
        const events = readEvents(await contentOf(file, context.stdin));
        // Half of what there is to load, and no other command needs it.
        const { publish } = await import('../publish.ts');
        const sent = await publish(events, hubAddress(context.env, LOCAL_HUB));
        context.print(sent, false, () => `${sent} ${sent === 1 ? 'event' : 'events'} sent`);
      }),
    );
}
