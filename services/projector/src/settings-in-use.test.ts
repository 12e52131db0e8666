import { DEFAULT_SETTINGS } from '@rollcall/fold';
import type { Logger } from '@rollcall/service';
import { expect, it } from 'vitest';
import { SettingsInUse } from './settings-in-use.ts';

const USED = { ...DEFAULT_SETTINGS, offlineGrace: 60_000 };

function heard(told: typeof USED) {
  const said: object[] = [];
  const logger = { warn: (fields: object) => void said.push(fields) } as unknown as Logger;
  return { said, settings: new SettingsInUse(told, logger) };
}

it('says nothing of settings that the snapshots are folded by', () => {
  const { said, settings } = heard({ ...USED });
  settings.compare(USED);
  expect(said).toEqual([]);
});

it('says once, for all partitions, which settings are not used, in milliseconds', () => {
  const { said, settings } = heard({ ...USED, clockSkew: 600_000_000n, sessionsKept: 7 });
  settings.compare(USED);
  settings.compare(USED);
  expect(said).toEqual([{ settings: { clockSkew: { used: 30_000, told: 60_000 }, sessionsKept: { used: 100, told: 7 } } }]);
});
