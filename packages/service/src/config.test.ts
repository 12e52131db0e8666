import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { acceptedBy, ConfigInvalid, describeSettings, readConfig } from './config.ts';
import { Duration } from './duration.ts';
import { KAFKA_SETTINGS, kafkaOptions, wholeNumber } from './kafka-settings.ts';

const SETTINGS = {
  HUB: { type: z.string(), help: 'the event hub' },
  PORT: { type: wholeNumber(1, 65_535), help: 'a port', default: '80' },
  NICKNAME: { type: z.string(), help: 'what friends say', optional: true },
  PASSWORD: { type: z.string().regex(/^[a-z]+$/, 'expected letters'), help: 'small letters only', secret: true, optional: true },
} as const;

describe('reading the environment', () => {
  it('names everything that is wrong at once: what is missing with what it is for, what is wrong with what was expected', () => {
    expect(() => readConfig(SETTINGS, { PORT: 'eighty' })).toThrow(ConfigInvalid);
    expect(() => readConfig(SETTINGS, { PORT: 'eighty' })).toThrow(
      'HUB is not set: the event hub; PORT is wrong: expected a whole number from 1 to 65535',
    );
  });

  it('counts an empty variable as not set', () => {
    expect(() => readConfig(SETTINGS, { HUB: '' })).toThrow('HUB is not set');
    expect(readConfig(SETTINGS, { HUB: 'h', PORT: '', NICKNAME: '' })).toEqual({ HUB: 'h', PORT: 80 });
  });

  it('never shows a secret, not even a wrong one', () => {
    const failure = () => readConfig(SETTINGS, { HUB: 'h', PASSWORD: 'S3CRET' });
    expect(failure).toThrow('PASSWORD is wrong: small letters only');
    expect(failure).not.toThrow('S3CRET');
  });

  it('says of a secret what its own check says', () => {
    const check = (text: string) => {
      if (text.length < 8) throw new TypeError('too short');
    };
    const settings = { TOKEN: { type: acceptedBy(check), help: 'a token', secret: true } } as const;
    expect(() => readConfig(settings, { TOKEN: 'S3CRET' })).toThrow(/^TOKEN is wrong: too short$/);
    expect(readConfig(settings, { TOKEN: 'S3CRET and longer' })).toEqual({ TOKEN: 'S3CRET and longer' });
  });

  it('takes defaults, and leaves out what is optional', () => {
    expect(readConfig(SETTINGS, { HUB: 'h' })).toEqual({ HUB: 'h', PORT: 80 });
    expect(readConfig(SETTINGS, { HUB: 'h', PORT: '443', NICKNAME: 'n', PASSWORD: 'p' })).toEqual({
      HUB: 'h',
      PORT: 443,
      NICKNAME: 'n',
      PASSWORD: 'p',
    });
  });
});

it('describes each setting with its default, or whether it must be there', () => {
  expect(describeSettings(SETTINGS)).toBe(
    [
      '  HUB       the event hub (required)',
      '  PORT      a port (default 80)',
      '  NICKNAME  what friends say (optional)',
      '  PASSWORD  small letters only (optional)',
    ].join('\n'),
  );
});

describe('a duration', () => {
  it.each([
    ['0', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('%s is %i milliseconds', (text, milliseconds) => expect(Duration.parse(text)).toBe(milliseconds));

  it.each(['30', '-1s', '1.5h', '1 h', '5m', '1H', '', 's', '1h30min'])('is not "%s": no unit is guessed', (text) => {
    expect(Duration.safeParse(text).error?.issues[0]?.message).toMatch(/^expected a duration such as 500ms/);
  });
});

describe('a whole number', () => {
  it.each(['0', '11', '1.5', '1e1', ' 5', '0x5', '', '99999999999'])('from 1 to 10 is not "%s"', (text) => {
    expect(wholeNumber(1, 10).safeParse(text).success).toBe(false);
  });
});

describe('how to reach Kafka', () => {
  const options = (env: NodeJS.ProcessEnv) => kafkaOptions(readConfig(KAFKA_SETTINGS, { KAFKA_BROKERS: 'a:1, b:2', ...env }));

  it('are told where a broker has no port', () => {
    for (const KAFKA_BROKERS of ['localhost', 'a:1,b', ':9092', 'a:x'])
      expect(() => options({ KAFKA_BROKERS })).toThrow('KAFKA_BROKERS is wrong: expected host:port, separated by commas');
  });

  it('needs user and password for SASL', () => {
    expect(() => options({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' })).toThrow(
      'KAFKA_SASL_MECHANISM needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    );
    expect(options({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }).sasl).toEqual({
      mechanism: 'plain',
      username: 'u',
      password: 'p',
    });
  });

  it('is some brokers, without TLS unless asked for', () => {
    expect(options({})).toEqual({ brokers: ['a:1', 'b:2'], prefix: 'rollcall', tls: false });
    expect(options({ KAFKA_TLS: 'true' }).tls).toBe(true);
    expect(() => options({ KAFKA_TLS: 'yes' })).toThrow('KAFKA_TLS is wrong');
  });

  it('takes no prefix that could not name a topic', () => {
    expect(() => options({ TOPIC_PREFIX: 'my topics' })).toThrow(
      'TOPIC_PREFIX is wrong: expected letters, digits, dots, dashes and underscores',
    );
  });
});
