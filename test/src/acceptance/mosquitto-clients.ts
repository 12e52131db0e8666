import { spawnSync } from 'node:child_process';

/** Installs Debian's `mosquitto-clients` by apt where they are missing and this user may. Undefined if they are there then, or else
 *  what is missing, in one line. */
export function mosquittoMissing(): string | undefined {
  if (isInstalled()) return undefined;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    return 'mosquitto_sub is missing; on Debian: sudo apt-get install mosquitto-clients';
  }
  spawnSync('apt-get', ['update', '-q']);
  const args = ['install', '-q', '-y', '--no-install-recommends', 'mosquitto-clients'];
  spawnSync('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  return isInstalled() ? undefined : 'mosquitto_sub is missing, and apt-get could not install mosquitto-clients';
}

/** It exits with 1 after its help. */
function isInstalled(): boolean {
  return spawnSync('mosquitto_sub', ['--help']).error === undefined;
}
