import { expect, it } from 'vitest';
import { FAULT_SETTINGS, FaultAsked, faultPoints } from './fault-points.ts';
import { createLogger } from './logger.ts';

const logger = createLogger('test', 'silent');
const points = (text: string) => faultPoints(FAULT_SETTINGS.FAULTS.type.parse(text), logger);

it('does nothing unless asked', async () => {
  await faultPoints(undefined, logger)('after-commit');
});

it('fails where it is asked to, at the time it is asked to', async () => {
  const at = points('after-commit:fail@2,after-load:fail');
  await at('after-commit');
  await expect(at('after-commit')).rejects.toThrow(FaultAsked);
  await at('after-commit');
  await expect(at('after-load')).rejects.toThrow('asked to fail at after-load');
});

it.each(['after-commit', 'after-commit:burn', 'after-commit:pause', 'after-commit:fail@', ''])('refuses %s', (text) => {
  expect(FAULT_SETTINGS.FAULTS.type.safeParse(text).success).toBe(false);
});
