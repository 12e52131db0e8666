import * as client from '@rollcall/client';
import { describe, expect, it } from 'vitest';
import { explain, NotFound } from './failures.ts';

const errors = Object.entries(client).filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error);

describe('what goes wrong', () => {
  it.each(errors)('is expected where the library says so: %s', (_name, kind) => {
    const thrown = Object.create((kind as { prototype: Error }).prototype) as Error;
    expect(explain(thrown)?.exitCode).toBeGreaterThan(0);
  });

  it('is one line, whatever a message holds', () => {
    expect(explain(new NotFound('no event of a\n  b'))).toEqual({ exitCode: 1, line: 'rollcall: no event of a b' });
  });

  it('is a fault of rollcall where nobody expects it', () => {
    expect(explain(new TypeError('x is not a function'))).toBeUndefined();
  });
});
