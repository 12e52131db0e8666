import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addAt } from './commands/at.ts';
import { addClient } from './commands/client.ts';
import { addClients } from './commands/clients.ts';
import { addCompletion } from './commands/completion.ts';
import { addCounts } from './commands/counts.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addHistory } from './commands/history.ts';
import { addImport } from './commands/import.ts';
import { addNamespaces } from './commands/namespaces.ts';
import { addPublish } from './commands/publish.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addRedrive } from './commands/redrive.ts';
import { addReplay } from './commands/replay.ts';
import { addSession } from './commands/session.ts';
import { addStatus } from './commands/status.ts';
import { addTable } from './commands/table.ts';
import { addWatch } from './commands/watch.ts';
import { type Context, createContext } from './context.ts';
import { USAGE } from './failures.ts';
import { painter } from './paint.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const ENVIRONMENT = `
Environment:
  REDIS_URL        where the snapshots are: redis://…, redis-sentinel://… or redis-cluster://… (rediss for TLS); default: the local stack
  KAFKA_BROKERS    where the topics are (and KAFKA_TLS, KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD)
  TOPIC_PREFIX     prefix of topics and keys; default: rollcall
  CLOCK_SKEW, LATE_DISCONNECT, SESSIONS_KEPT, SESSION_RETENTION, OFFLINE_GRACE
                                               what a rebuild is to fold by from now on; default: what the snapshots in use are folded by
  CONSUMER_GROUP   of the projectors, for status; default: rollcall-projector
  SOURCES, MAX_CLOCK_AHEAD, MAX_EVENT_BYTES   what a redrive or an import admits: as ingest has them
  EVENTHUBS_CONNECTION_STRING or EVENTHUBS_NAMESPACE, EVENTHUBS_NAME   where publish sends to; default: the local stack
  ROLLCALL_REDIS_PORT, ROLLCALL_KAFKA_PORT, ROLLCALL_EVENTHUBS_PORT    where the local stack listens
  NO_COLOR         if set, no colours; there are none either where output is not a terminal

Exit codes: 0 answered, 1 not found, 2 wrong usage or configuration, 3 Redis, Kafka or Event Hubs does not answer,
            70 a fault of rollcall itself`;

/** All commands, in the order and under the headings of the help. */
const COMMANDS: Readonly<Record<string, readonly ((program: Command, context: Context) => void)[]>> = {
  'Query:': [addClient, addSession, addClients, addCounts, addNamespaces],
  'Subscribe:': [addWatch, addTable],
  'Replay:': [addAt, addHistory, addReplay],
  'Operate:': [addStatus, addDeadLetters, addRedrive, addImport, addRebuild, addPublish],
  'Besides:': [addCompletion],
};

/** The command line: thin over @rollcall/client. */
export function createProgram(host: NodeJS.Process): Command {
  const program = new Command('rollcall')
    .description('Who is connected right now, since when, and if not, why.')
    .version(version)
    .addHelpText('after', ENVIRONMENT)
    // `rebuild --json` and `rebuild status --json` are two options.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: termOf, styleTitle: (title) => painter(host.stdout)('heading', title) })
    .configureOutput({ outputError: (message, write) => write(`${oneLine(message)} (see --help)\n`) })
    .exitOverride(({ exitCode }) => host.exit(exitCode === 0 ? 0 : USAGE));
  const context = createContext(host);
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, context);
  }
  return program.helpCommand(true);
}

/** Without `[options]`, which nearly every command has. */
function termOf(command: Command): string {
  return `${command.name()} ${command.usage().replace('[options]', '').trim()}`.trimEnd();
}

/** Commander writes what it suggests on a line of its own. */
function oneLine(message: string): string {
  return message
    .trim()
    .replace(/^error: /, 'rollcall: ')
    .replaceAll('\n', ' ');
}
