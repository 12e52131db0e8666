import { createHmac } from 'node:crypto';
import type { AccessKey } from './access.ts';

/** A token as Microsoft's page makes it.
 *  @param expiry seconds since 1970
 *  Source: learn.microsoft.com/azure/event-hubs/authenticate-shared-access-signature */
export function sasToken(resource: string, { name, key }: AccessKey, expiry: number): string {
  const encoded = encodeURIComponent(resource);
  const se = Math.ceil(expiry);
  const signature = createHmac('sha256', key).update(`${encoded}\n${se}`, 'utf8').digest('base64');
  return `SharedAccessSignature sr=${encoded}&sig=${encodeURIComponent(signature)}&se=${se}&skn=${name}`;
}
