import { readConfig } from '@rollcall/service';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from './settings.ts';

const WEST = '/subscriptions/A1/resourceGroups/rg/providers/Microsoft.EventGrid/namespaces/west';
const read = (env: NodeJS.ProcessEnv) => readConfig(SETTINGS, { EVENTHUBS_NAME: 'lifecycle', KAFKA_BROKERS: 'k:1', ...env });

describe('SOURCES', () => {
  it('gives each source its name, whatever the case of its path', () => {
    expect(read({ SOURCES: `${WEST}=west, /namespaces/East=EAST` }).SOURCES).toEqual(
      new Map([
        [WEST.toLowerCase(), 'west'],
        ['/namespaces/east', 'EAST'],
      ]),
    );
  });

  it('takes the name after the last =, for a path may hold one', () => {
    expect(read({ SOURCES: '/ns?a=b=west' }).SOURCES).toEqual(new Map([['/ns?a=b', 'west']]));
  });

  it('is any source where it is not set or empty', () => {
    expect(read({}).SOURCES).toBeUndefined();
    expect(read({ SOURCES: '' }).SOURCES).toBeUndefined();
  });

  it.each(['/ns', '/ns=', '=west', '/ns=west,', '/ns=west,,/ns2=east', ','])('is not "%s"', (text) => {
    expect(() => read({ SOURCES: text })).toThrow('SOURCES is wrong: expected source=name, separated by commas');
  });
});

it('keeps connection strings out of what it says is wrong', () => {
  expect(() => read({ EVENTHUBS_NAME: '', EVENTHUBS_CONNECTION_STRING: 'Endpoint=geheim' })).toThrow('EVENTHUBS_NAME is not set');
  expect(() => read({ EVENTHUBS_NAME: '', EVENTHUBS_CONNECTION_STRING: 'Endpoint=geheim' })).not.toThrow('geheim');
});
