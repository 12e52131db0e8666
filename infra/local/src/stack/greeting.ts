import { LOCAL_HUB, LOCAL_NAMESPACE, LOCAL_STACK_SETTINGS, LOOPBACK, type LocalStack } from '@rollcall/service';
import { PORT_VARIABLES } from './taken-ports.ts';
import type { Terminal } from './terminal.ts';

/** Says what listens where, and what to try. */
export function greet(terminal: Terminal, stack: LocalStack, startedIn: number): void {
  const { ports } = stack;
  const listening: [string, string, string][] = [
    ['MQTT', `${LOOPBACK}:${ports.mqtt}`, `user name = client, client id = session; namespace ${LOCAL_NAMESPACE}`],
    ['Event Hubs', `${LOOPBACK}:${ports.eventhubs}`, `emulator; event hub ${LOCAL_HUB}`],
    ['Kafka', stack.kafkaBrokers, 'rollcall.events, rollcall.dead-letters, rollcall.changes, rollcall.state'],
    ['Redis', `${LOOPBACK}:${ports.redis}`, 'sessions and clients as they are now'],
    ['Blobs', `${LOOPBACK}:${ports.azurite}`, "Azurite; ingest's checkpoints"],
  ];
  terminal.line(`\n${terminal.style('bold', 'Everything answers')} ${terminal.style('dim', `after ${Math.round(startedIn / 1_000)} s`)}\n`);
  for (const [name, address, what] of listening) {
    terminal.line(`  ${name.padEnd(11)} ${terminal.style('cyan', address.padEnd(16))} ${terminal.style('dim', what)}`);
  }
  terminal.line(`  ${'Data, logs'.padEnd(11)} ${terminal.style('cyan', stack.dataDir)}`);
  terminal.line('\nTry, in a second terminal in this folder:\n');
  for (const line of firstSession(stack)) terminal.line(`  ${line}`);
  terminal.line('\nCtrl-C stops everything; the data is kept.');
}

function firstSession(stack: LocalStack): string[] {
  const moved = Object.entries(PORT_VARIABLES).flatMap(([part, variable]) => {
    const port = String(stack.ports[part as keyof LocalStack['ports']]);
    const usual = LOCAL_STACK_SETTINGS[variable as keyof typeof LOCAL_STACK_SETTINGS].default;
    return port === usual ? [] : [`${variable}=${port}`];
  });
  return [
    ...(moved.length > 0 ? [`export ${moved.join(' ')}`] : []),
    'npx rollcall-local register sensor-1',
    `mosquitto_sub -h ${LOOPBACK} -p ${stack.ports.mqtt} -u sensor-1 -i session-1 -t demo &`,
    `npx rollcall client ${LOCAL_NAMESPACE} sensor-1`,
    `kill -9 %1; npx rollcall client ${LOCAL_NAMESPACE} sensor-1`,
  ];
}
