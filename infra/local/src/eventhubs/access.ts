import { createHmac, timingSafeEqual } from 'node:crypto';
import { signatureInvalid, tokenExpired } from './refusals.ts';

/** A shared access key of the namespace, with every right. */
export interface AccessKey {
  readonly name: string;
  readonly key: string;
}

/** That of the local stack's connection string. Not a secret. */
export const LOCAL_ACCESS_KEY: AccessKey = { name: 'local', key: 'local' };

const SCHEME = 'SharedAccessSignature ';

/** Throws Refused unless the key has signed the token and the token has not expired.
 *  @param token such as `SharedAccessSignature sr=…&sig=…&se=…&skn=…`
 *  @param now milliseconds since 1970
 *  Source: learn.microsoft.com/azure/event-hubs/authenticate-shared-access-signature */
export function checkToken(token: string, { name, key }: AccessKey, now: number): void {
  const fields = token.startsWith(SCHEME) ? token.slice(SCHEME.length) : '';
  const signed = /(?:^|&)sr=([^&]*)/.exec(fields)?.[1];
  const decoded = new URLSearchParams(fields);
  const expiry = decoded.get('se');
  const signature = createHmac('sha256', key).update(`${signed}\n${expiry}`).digest();
  if (decoded.get('skn') !== name || !equal(Buffer.from(decoded.get('sig') ?? '', 'base64'), signature)) throw signatureInvalid();
  const expiresAt = Number(expiry) * 1_000;
  if (!(expiresAt > now)) throw tokenExpired(new Date(expiresAt));
}

function equal(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
