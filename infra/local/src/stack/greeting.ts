import { LOCAL_HUB, LOCAL_NAMESPACE, LOOPBACK, type LocalStack, localStack } from '@rollcall/service';
import { PORT_VARIABLES } from './taken-ports.ts';
import type { Terminal } from './terminal.ts';

/** Says what listens where, and what to try. */
export function greet(terminal: Terminal, stack: LocalStack, startedIn: number): void {
  const { ports } = stack;
  const listening: [string, string, string][] = [
    ['MQTT', `${LOOPBACK}:${ports.mqtt}`, `user name = client, client id = session; namespace ${LOCAL_NAMESPACE}`],
    ['Event Hubs', `${LOOPBACK}:${ports.eventhubs}`, `emulator; event hub ${LOCAL_HUB}`],
    ['Kafka', stack.kafkaBrokers, 'topics rollcall.events, .dead-letters, .changes, .state'],
    ['Redis', `${LOOPBACK}:${ports.redis}`, 'sessions and clients as they are now'],
    ['Blobs', `${LOOPBACK}:${ports.azurite}`, "Azurite; ingest's checkpoints"],
  ];
  terminal.line(`\n${terminal.style('bold', 'Everything answers')} ${terminal.style('dim', `after ${Math.round(startedIn / 1_000)} s`)}\n`);
  for (const [name, address, what] of listening) {
    terminal.line(`  ${name.padEnd(11)} ${terminal.style('cyan', address.padEnd(16))} ${terminal.style('dim', what)}`);
  }
  terminal.line(`  ${'Data, logs'.padEnd(11)} ${terminal.style('cyan', stack.dataDir)}`);
  terminal.line('\nTry, in a second terminal in this folder:\n');
  for (const line of firstSession(stack)) terminal.line(`  ${line.startsWith('#') ? terminal.style('dim', line) : line}`);
  terminal.line('\nCtrl-C stops everything; the data is kept.\n');
}

function firstSession(stack: LocalStack): string[] {
  return [
    ...whereItIs(stack),
    '# register a client, as with Event Grid',
    'npx rollcall-local register sensor-1',
    '# connect it (apt-get install mosquitto-clients), look',
    `mosquitto_sub -h ${LOOPBACK} -p ${stack.ports.mqtt} -u sensor-1 -i session-1 -t demo &`,
    `npx rollcall client ${LOCAL_NAMESPACE} sensor-1`,
    '# let its connection drop; look again',
    'kill -9 %1',
    `npx rollcall client ${LOCAL_NAMESPACE} sensor-1`,
  ];
}

/** The variables that differ from their defaults: the command line finds the stack through them. */
function whereItIs(stack: LocalStack): string[] {
  const usual = localStack({});
  const ports = Object.entries(PORT_VARIABLES).flatMap(([part, variable]) => {
    const port = stack.ports[part as keyof LocalStack['ports']];
    return port === usual.ports[part as keyof LocalStack['ports']] ? [] : [`export ${variable}=${port}`];
  });
  return stack.dataDir === usual.dataDir ? ports : [...ports, `export ROLLCALL_DATA_DIR='${stack.dataDir}'`];
}
