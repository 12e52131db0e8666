import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CursorInvalid, LogUnavailable, NoSnapshots, PartitionRestoring, RedisUnavailable, Rollcall } from '@rollcall/client';
import { ConfigInvalid, LOCAL_HUB } from '@rollcall/service';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PublishFailed } from './publish-failed.ts';
import { NotEvents, readEvents } from './read-events.ts';
import { hubAddress, rollcallOptions } from './settings.ts';
import { bigintText, showChange, showClient, showClients, showCounts, showDeadLetter, showSession } from './show.ts';

/** What was asked for is not there. */
class NotFound extends Error {
  override readonly name = 'NotFound';
}

const EXPECTED = [
  NotFound,
  RedisUnavailable,
  LogUnavailable,
  NoSnapshots,
  PartitionRestoring,
  CursorInvalid,
  ConfigInvalid,
  PublishFailed,
  NotEvents,
];

const ENVIRONMENT = `
Environment:
  REDIS_URL        where the snapshots are; default: the local stack
  KAFKA_BROKERS    where the topics are (and KAFKA_TLS, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD)
  TOPIC_PREFIX     prefix of topics and keys; default: rollcall
  EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE, EVENTHUBS_NAME   where publish sends to; default: the local stack
  ROLLCALL_REDIS_PORT, ROLLCALL_KAFKA_PORT, ROLLCALL_EVENTHUBS_PORT    where the local stack listens`;

/** The command line: thin over @rollcall/client. */
export function createProgram(host: NodeJS.Process): Command {
  const program = new Command('rollcall')
    .description('Who is connected right now, since when, and if not, why.')
    .addHelpText('after', ENVIRONMENT)
    .showHelpAfterError('(see --help)');
  const json = new Option('--json', 'JSON for machines instead of a table for people');

  /** Runs a question; prints what is expected to go wrong as one line. */
  const answer = async (question: (rollcall: Rollcall) => Promise<void>) => {
    try {
      await using rollcall = new Rollcall(rollcallOptions(host.env));
      await question(rollcall);
    } catch (error) {
      if (!EXPECTED.some((kind) => error instanceof kind)) throw error;
      host.stderr.write(`rollcall: ${(error as Error).message}\n`);
      host.exitCode = 1;
    }
  };
  const print = <T>(value: T, asJson: boolean | undefined, show: (value: T) => string) => {
    host.stdout.write(`${asJson ? JSON.stringify(value, bigintText) : show(value)}\n`);
  };

  program
    .command('client')
    .description('one client with its sessions')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .addOption(json)
    .action((namespace: string, client: string, options: { json?: boolean }) =>
      answer(async (rollcall) => {
        const view = await rollcall.client(namespace, client);
        if (view === undefined) throw new NotFound(`no event of client ${client} in namespace ${namespace} was seen`);
        if (options.json) print({ ...view.client, sessions: view.sessions }, true, String);
        else print(view, false, showClient);
      }),
    );

  program
    .command('session')
    .description('one session')
    .argument('<namespace>')
    .argument('<client>', 'client authentication name')
    .argument('<session>', 'MQTT client id')
    .addOption(json)
    .action((namespace: string, client: string, session: string, options: { json?: boolean }) =>
      answer(async (rollcall) => {
        const snapshot = await rollcall.session(namespace, client, session);
        if (snapshot === undefined)
          throw new NotFound(`no event of session ${session} of client ${client} in namespace ${namespace} was seen`);
        print(snapshot, options.json, showSession);
      }),
    );

  program
    .command('clients')
    .description('clients of a namespace, a page at a time')
    .argument('<namespace>')
    .addOption(new Option('--presence <presence>', 'only clients in this state').choices(['online', 'offline', 'unknown']))
    .option('--reason <reason>', 'only clients that are offline for this reason, such as ConnectionLost')
    .option('--limit <n>', 'clients per page, 1 to 1000', pageSize, 100)
    .option('--cursor <cursor>', 'where the page before this one ended')
    .addOption(json)
    .action(
      (
        namespace: string,
        options: { presence?: 'online' | 'offline' | 'unknown'; reason?: string; limit: number; cursor?: string; json?: boolean },
      ) =>
        answer(async (rollcall) => {
          const { presence, reason, limit, cursor } = options;
          const page = await rollcall.list({ namespace, presence, reason }, limit, cursor);
          if (options.json) print({ clients: page.clients, cursor: page.cursor ?? null }, true, String);
          else
            print(page, false, ({ clients, cursor: next }) =>
              next === undefined ? showClients(clients) : `${showClients(clients)}\n\nmore: --cursor ${next}`,
            );
        }),
    );

  program
    .command('counts')
    .description('how many clients are online, offline (and why) or unknown')
    .argument('[namespace]')
    .addOption(json)
    .action((namespace: string | undefined, options: { json?: boolean }) =>
      answer(async (rollcall) => {
        const counts = await rollcall.counts(namespace);
        if (namespace !== undefined && counts.length === 0) throw new NotFound(`no event of namespace ${namespace} was seen`);
        print(counts, options.json, showCounts);
      }),
    );

  program
    .command('watch')
    .description('changes as they happen, until Ctrl-C')
    .option('--from-earliest', 'begin with the oldest that is kept')
    .option('--dead-letters', 'what could not be read, and why, instead of changes')
    .addOption(json)
    .action((options: { fromEarliest?: boolean; deadLetters?: boolean; json?: boolean }) =>
      answer(async (rollcall) => {
        const stop = new AbortController();
        host.once('SIGINT', () => stop.abort()).once('SIGTERM', () => stop.abort());
        host.stdout.on('error', () => stop.abort());
        const choice = { from: options.fromEarliest ? 'earliest' : 'latest', signal: stop.signal } as const;
        if (options.deadLetters) for await (const letter of rollcall.deadLetters(choice)) print(letter, options.json, showDeadLetter);
        else for await (const change of rollcall.changes(choice)) print(change, options.json, showChange);
      }),
    );

  program
    .command('publish')
    .description('send CloudEvents to Event Hubs: an object, an array or NDJSON')
    .argument('<file>', 'a file, or - for standard input')
    .action((file: string) =>
      answer(async () => {
        const content = await (file === '-' ? text(host.stdin) : readFile(file, 'utf8')).catch((error: NodeJS.ErrnoException) => {
          throw new NotFound(`cannot read ${file}: ${error.code}`);
        });
        const events = readEvents(content);
        // Half of what there is to load, and no other command needs it.
        const { publish } = await import('./publish.ts');
        const sent = await publish(events, hubAddress(host.env, LOCAL_HUB));
        host.stdout.write(`${sent} ${sent === 1 ? 'event' : 'events'} sent\n`);
      }),
    );

  return program;
}

function pageSize(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 1000) throw new InvalidArgumentError('expected a whole number from 1 to 1000');
  return size;
}
