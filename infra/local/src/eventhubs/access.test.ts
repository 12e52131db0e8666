import { expect, it } from 'vitest';
import { sasToken } from './access.test-kit.ts';
import { type AccessKey, checkToken } from './access.ts';

const NOW = 1_795_395_723_456;
const SOON = NOW / 1_000 + 60;
const KEY: AccessKey = { name: 'listen', key: 'käse+/=' };
const RESOURCE = 'sb://127.0.0.1/lifecycle/ConsumerGroups/$Default/Partitions/0';

const check = (token: string) => checkToken(token, KEY, NOW);

it('accepts what the key has signed, in the order of any SDK', () => {
  const token = sasToken(RESOURCE, KEY, SOON);
  check(token);
  const [scheme, fields] = token.split(' ') as [string, string];
  check(`${scheme} ${fields.split('&').reverse().join('&')}`);
});

it.each([
  ['of another key', sasToken(RESOURCE, { ...KEY, key: 'other' }, SOON)],
  ['of another name', sasToken(RESOURCE, { ...KEY, name: 'other' }, SOON)],
  ['whose resource was changed', sasToken(RESOURCE, KEY, SOON).replace('lifecycle', 'secrets')],
  ['whose expiry was changed', sasToken(RESOURCE, KEY, SOON).replace(/se=\d+/, 'se=4000000000')],
  ['without a signature', sasToken(RESOURCE, KEY, SOON).replace(/&sig=[^&]*/, '')],
  ['without a resource', sasToken(RESOURCE, KEY, SOON).replace(/sr=[^&]*/, '')],
  ['of another kind', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
  ['that is empty', ''],
])('refuses a token %s', (_, token) => {
  expect(() => check(token)).toThrow(
    expect.objectContaining({ status: 401, message: expect.stringMatching(/^InvalidSignature: The token has an invalid signature\./) }),
  );
});

it('refuses a token from the second in which it expires', () => {
  check(sasToken(RESOURCE, KEY, NOW / 1_000 + 1));
  expect(() => check(sasToken(RESOURCE, KEY, Math.floor(NOW / 1_000)))).toThrow(
    "ExpiredToken: The token is expired. Expiration time: 'Mon, 23 Nov 2026 01:02:03 GMT'.",
  );
});
