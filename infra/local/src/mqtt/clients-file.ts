import { readFile, stat } from 'node:fs/promises';
import { setInterval } from 'node:timers/promises';
import { z } from 'zod';
import type { Attributes, ClientState } from './life-cycle-event.ts';
import { isName } from './names.ts';

/** A client resource as it shall be. */
export interface WantedClient {
  readonly state: ClientState;
  readonly attributes: Attributes;
}

export type WantedClients = ReadonlyMap<string, WantedClient>;

const MOST_ATTRIBUTE_BYTES = 64 * 1024;
const LOOK_EVERY_MS = 100;

const ClientsFile = z.record(
  z.string().refine(isName, 'expected a client name of 1 to 128 characters'),
  z.strictObject({
    state: z.enum(['Enabled', 'Disabled']).default('Enabled'),
    attributes: z
      .record(z.string().min(1), z.union([z.string(), z.int(), z.array(z.string())], 'expected a string, an integer or a list of strings'))
      .refine((attributes) => JSON.stringify(attributes).length <= MOST_ATTRIBUTE_BYTES, 'expected at most 64 KiB of attributes')
      .default({}),
  }),
);

export class ClientsFileBroken extends Error {
  override readonly name = 'ClientsFileBroken';
}

/** The clients in `file`, none if there is no such file. Throws ClientsFileBroken, which says where and what. */
export async function readClients(file: string): Promise<Map<string, WantedClient>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw new ClientsFileBroken(`${file} cannot be read`, { cause: error });
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ClientsFileBroken(`${file} is not JSON`, { cause: error });
  }
  const parsed = ClientsFile.safeParse(json);
  if (parsed.success) return new Map(Object.entries(parsed.data));
  const issue = parsed.error.issues[0];
  throw new ClientsFileBroken(`${file}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`);
}

/** Yields now, and whenever `file` has changed and come to rest: an editor may empty or remove it for a moment. Ends with `signal`.
 *  Looks at it ten times a second, which works on every file system, and whether the file is there or not. */
export async function* changesOf(file: string, signal: AbortSignal): AsyncGenerator<void> {
  let reported = await fingerprint(file);
  yield;
  let previous = reported;
  try {
    for await (const _ of setInterval(LOOK_EVERY_MS, undefined, { signal })) {
      const current = await fingerprint(file);
      if (current === previous && current !== reported) {
        reported = current;
        yield;
      }
      previous = current;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function fingerprint(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return `unreadable: ${(error as NodeJS.ErrnoException).code}`;
  }
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
