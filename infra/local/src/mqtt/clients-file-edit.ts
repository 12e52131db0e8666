import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing, readClients, type WantedClient } from './clients-file.ts';

const LOCK_PATIENCE_MS = 5_000;
/** An edit takes milliseconds: a lock this old was left by one that was killed. */
const LOCK_ABANDONED_MS = 3_000;

export class ClientsFileBusy extends Error {
  override readonly name = 'ClientsFileBusy';
}

/** Changes the clients in `file`: readers see all of it or nothing, and edits at the same time wait for each other.
 *  Throws ClientsFileBroken, ClientsFileBusy, and whatever `change` throws; the file is then as it was. */
export async function editClients(file: string, change: (clients: Map<string, WantedClient>) => void): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const lock = `${file}.lock`;
  await take(lock);
  try {
    const clients = await readClients(file);
    change(clients);
    const temporary = `${file}.new`;
    await writeFile(temporary, `${JSON.stringify(Object.fromEntries(clients), undefined, 2)}\n`);
    await rename(temporary, file);
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<void> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    try {
      await (await open(lock, 'wx')).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (Date.now() > deadline) throw new ClientsFileBusy(`${lock} is held by another edit`);
    if (await isAbandoned(lock)) await rm(lock, { force: true });
    else await sleep(20);
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > LOCK_ABANDONED_MS;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
