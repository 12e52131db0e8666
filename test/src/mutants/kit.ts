import { expect } from 'vitest';

/** What the tests know as vitest, to run them within a process that has run others before: vitest's own `expect`, and as much of the rest as they
 *  use. Where a module imports `vitest`, it is given this one (`loader.ts`). */
export { expect };

type Body = (...args: never[]) => unknown;
interface Test {
  readonly name: string;
  readonly body: () => unknown;
}

let tests: Test[] = [];
const around: string[] = [];

/** The tests that were declared since the last call. */
export function declaredTests(): readonly Test[] {
  const declared = tests;
  tests = [];
  around.length = 0;
  return declared;
}

export function describe(name: string, body: () => void): void {
  around.push(name);
  body();
  around.pop();
}

export function it(name: string, ...more: readonly [Body] | readonly [object, Body]): void {
  const body = more.at(-1) as () => unknown;
  tests.push({ name: [...around, name].join(' > '), body });
}

it.each =
  (cases: readonly unknown[]) =>
  (name: string, body: Body): void => {
    for (const one of cases) {
      const values: readonly unknown[] = Array.isArray(one) ? one : [one];
      it(`${name} (${values[0]})`, () => body(...(values as never[])));
    }
  };

export const vi = { setConfig(): void {} };
