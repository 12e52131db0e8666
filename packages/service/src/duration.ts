import { z } from 'zod';

const MILLISECONDS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time as people write it in an environment: `500ms`, `30s`, `5min`, `1h`, `2d` or `0`. Parsed to milliseconds. */
export const Duration = z
  .string()
  .regex(/^(0|\d{1,9}(ms|s|min|h|d))$/, 'expected a duration such as 500ms, 30s, 5min, 1h or 0')
  .transform((text) => {
    const unit = text.replace(/^\d+/, '') as keyof typeof MILLISECONDS | '';
    return unit === '' ? 0 : Number.parseInt(text, 10) * MILLISECONDS[unit];
  });
