import { inspect } from 'node:util';
import { FAULT } from './failures.ts';
import { createProgram } from './program.ts';

try {
  await createProgram(process).parseAsync();
} catch (error) {
  process.stderr.write(`rollcall: a fault of rollcall itself, please report it: ${inspect(error)}\n`);
  process.exitCode = FAULT;
}
