import { parseArgs } from 'node:util';
import { ConfigInvalid, localStack } from '@rollcall/service';
import { ClientsFileBroken, readClients, type WantedClient } from './clients-file.ts';
import { ClientsFileBusy, editClients } from './clients-file-edit.ts';
import type { Attributes } from './life-cycle-event.ts';
import { isName } from './names.ts';

const HELP = `Registers the client resources of the local stack. The MQTT front sees the change and emits the events of Event Grid.

Usage:
  rollcall-local register NAME [--attribute KEY=VALUE ...] [--disabled]
                              creates NAME, or replaces its state and attributes
  rollcall-local unregister NAME
                              deletes NAME; what it has connected is disconnected
  rollcall-local clients      lists what is registered; --json for machines

A whole number is an integer attribute; a KEY given more than once is a list of strings.

Examples:
  rollcall-local register sensor-1
  rollcall-local register sensor-1 --attribute floor=3 --attribute tag=roof --attribute tag=north
  rollcall-local register sensor-1 --disabled
  rollcall-local unregister sensor-1

Environment:
  ROLLCALL_DATA_DIR           folder of the local stack; holds clients.json (default .rollcall)
`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

class NotRegistered extends Error {
  override readonly name = 'NotRegistered';
}

/** The command `rollcall-local`. Returns the exit code: 0, 1 if it cannot be done, 2 if it was not understood. */
export async function rollcallLocal(
  argv: string[],
  env: NodeJS.ProcessEnv,
  say: (text: string) => void,
  complain: (text: string) => void,
): Promise<0 | 1 | 2> {
  try {
    say(await run(argv, env));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) complain(`rollcall-local: ${error.message}; see rollcall-local --help\n`);
    else if (EXPECTED.some((expected) => error instanceof expected)) complain(`rollcall-local: ${(error as Error).message}\n`);
    else throw error;
    return error instanceof UsageError || error instanceof ConfigInvalid ? 2 : 1;
  }
}

const EXPECTED = [NotRegistered, ClientsFileBroken, ClientsFileBusy, ConfigInvalid];

async function run(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { values, positionals } = parse(argv);
  const [command, ...names] = positionals;
  if (values.help || command === undefined) return HELP;
  const file = `${localStack(env).dataDir}/clients.json`;
  switch (command) {
    case 'register': {
      const name = onlyName(names);
      const client: WantedClient = { state: values.disabled ? 'Disabled' : 'Enabled', attributes: attributesOf(values.attribute ?? []) };
      await editClients(file, (clients) => clients.set(name, client));
      return `${name} is registered, ${client.state}\n`;
    }
    case 'unregister': {
      const name = onlyName(names);
      await editClients(file, (clients) => {
        if (!clients.delete(name)) throw new NotRegistered(`${name} is not registered`);
      });
      return `${name} is no longer registered\n`;
    }
    case 'clients': {
      if (names.length > 0) throw new UsageError('clients takes no name');
      const clients = await readClients(file);
      return values.json ? `${JSON.stringify(Object.fromEntries(clients))}\n` : table(clients);
    }
    default:
      throw new UsageError(`no command ${command}`);
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        attribute: { type: 'string', multiple: true, short: 'a' },
        disabled: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('.')[0], { cause: error });
  }
}

function onlyName(names: string[]): string {
  const [name, ...more] = names;
  if (name === undefined || more.length > 0) throw new UsageError('give one NAME');
  if (!isName(name)) throw new UsageError('a NAME has 1 to 128 characters');
  return name;
}

function attributesOf(pairs: string[]): Attributes {
  const values = new Map<string, string[]>();
  for (const pair of pairs) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw new UsageError(`--attribute ${pair} is not KEY=VALUE`);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return Object.fromEntries([...values].map(([key, [value = '', ...more]]) => [key, more.length > 0 ? [value, ...more] : scalar(value)]));
}

function scalar(text: string): string | number {
  return /^(0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

function table(clients: ReadonlyMap<string, WantedClient>): string {
  if (clients.size === 0) return 'No client is registered.\n';
  const width = Math.max(...[...clients.keys()].map((name) => name.length));
  return [...clients]
    .map(([name, { state, attributes }]) => `${name.padEnd(width)}  ${state.padEnd(8)}  ${JSON.stringify(attributes)}\n`)
    .join('');
}
