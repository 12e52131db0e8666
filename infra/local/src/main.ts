import { parseArgs } from 'node:util';
import { ConfigInvalid, describeSettings, LOCAL_STACK_SETTINGS, localStack } from '@rollcall/service';
import { CannotRun } from './stack/part.ts';
import { runStack } from './stack/run-stack.ts';
import { PartFailed } from './stack/running-part.ts';
import { stopRequests } from './stack/stop-requests.ts';
import { Terminal } from './stack/terminal.ts';

const HELP = `Runs all of Rollcall on this machine: Kafka, Redis, emulators of Event Hubs, blob storage and Event Grid's MQTT broker,
and the two services ingest and projector. Shows the changes of sessions and clients as they happen. For development and tests.

  npm start                 until Ctrl-C
  npm start -- --quiet      without the changes
  npm start -- --help       this text

Environment:
${describeSettings(LOCAL_STACK_SETTINGS)}
Other settings of ingest and projector, such as LOG_LEVEL, are handed on to them.
`;

async function main(): Promise<number> {
  const { values: options } = parseArgs({ options: { quiet: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const terminal = new Terminal(process.stdout);
  await runStack({ addresses: localStack(process.env), env: process.env, terminal, quiet: options.quiet ?? false, ...stopRequests() });
  return 0;
}

/** One line for what a person can put right; anything else is a fault of ours and shows where it is. */
function explain(error: unknown): string {
  if (error instanceof PartFailed) return [`${error.message}. The end of ${error.logFile}:`, ...error.log].join('\n  ');
  if (error instanceof CannotRun || error instanceof ConfigInvalid) return error.message;
  // The system refuses something: its own words name the file or the address.
  if (error instanceof Error && 'syscall' in error) return error.message;
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    return `${error.message}. Try --help.`;
  return String(error instanceof Error ? error.stack : error);
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
