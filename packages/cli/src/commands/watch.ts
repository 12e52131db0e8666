import { CHANGE_KINDS, type ChangeKind, type Feed, type Rollcall, type StreamStart } from '@rollcall/client';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { ArgumentInvalid } from '../failures.ts';
import { PositionFile } from '../position-file.ts';
import { showChange, showDeadLetter } from '../show.ts';
import { examples, jsonOption } from './options.ts';
import { PLACE_HELP, parseStart } from './places.ts';

interface WatchOptions {
  readonly from: StreamStart;
  readonly fromEarliest?: boolean;
  readonly position?: string;
  readonly group?: string;
  readonly namespace?: string;
  readonly client?: string;
  readonly kind?: readonly ChangeKind[];
  readonly deadLetters?: boolean;
  readonly json?: boolean;
}

/** How often a position is kept, in milliseconds. */
const KEEP_INTERVAL = 1_000;

export function addWatch(program: Command, context: Context): void {
  program
    .command('watch')
    .description('changes as they happen, until Ctrl-C')
    .addOption(
      new Option('--from <place>', `latest, earliest, ${PLACE_HELP} (of rollcall.changes, as place in --json)`)
        .argParser(parseFrom)
        .default('latest'),
    )
    .addOption(new Option('--from-earliest', 'the same as --from earliest').conflicts('from'))
    .option('--position <file>', 'go on after the position in this file if there is one, and keep it there, each second and at the end')
    .addOption(
      new Option('--group <name>', 'share them with the others of a Kafka consumer group, each at least once').conflicts('position'),
    )
    .option('--namespace <namespace>', 'only clients of this namespace')
    .option('--client <client>', 'only this client of the namespace')
    .addOption(new Option('--kind <kinds...>', 'only changes of at least one of these kinds').choices(CHANGE_KINDS))
    .addOption(new Option('--dead-letters', 'what could not be read, and why, instead').conflicts(['namespace', 'client', 'kind']))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      examples(
        'watch',
        'watch --kind client-offline-confirmed --json',
        'watch --from 2026-11-20T10:00Z --namespace myns --client pump',
        'watch --position seen.json --json | ./react',
        'watch --dead-letters --from earliest',
      ),
    )
    .action((options: WatchOptions) => context.answer((rollcall) => follow(rollcall, options, context)));
}

async function follow(rollcall: Rollcall, options: WatchOptions, context: Context): Promise<void> {
  const { group, namespace, client, kind: kinds, json, deadLetters } = options;
  if (client !== undefined && namespace === undefined) throw new ArgumentInvalid('--client needs its --namespace');
  const file = options.position === undefined ? undefined : new PositionFile(options.position);
  const position = file?.read();
  const from = position !== undefined ? { offsets: position } : options.fromEarliest ? 'earliest' : options.from;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.stopSignal(), stop.signal]);
  const feedOptions = { from, group, signal, onRetry: ({ message }: Error) => context.progress(`${message}; trying again`) };
  if (deadLetters) {
    await keeping(rollcall.deadLetters.follow(feedOptions), file, stop, (letter) => context.print(letter, json, showDeadLetter));
  } else {
    const which = namespace === undefined ? {} : { namespace, client };
    await keeping(rollcall.changes({ ...feedOptions, ...which, kinds }), file, stop, (change) => context.print(change, json, showChange));
  }
}

/** Prints what comes, and keeps the position after what was printed: the last second may come again after a crash, nothing is left out. */
async function keeping<T>(feed: Feed<T>, file: PositionFile | undefined, stop: AbortController, print: (item: T) => void): Promise<void> {
  await feed.ready();
  file?.write(feed.position);
  let failure: unknown;
  const timer = setInterval(() => {
    try {
      file?.write(feed.position);
    } catch (error) {
      failure = error;
      stop.abort();
    }
  }, KEEP_INTERVAL);
  try {
    for await (const item of feed) print(item);
  } finally {
    clearInterval(timer);
  }
  if (failure !== undefined) throw failure;
  file?.write(feed.position);
}

function parseFrom(text: string): StreamStart {
  return text === 'latest' || text === 'earliest' ? text : parseStart(text);
}
