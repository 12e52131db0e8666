import { mutantsOf } from '../mutant.ts';

export const REGISTERS = mutantsOf('packages/fold/src/registers.ts', [
  ['the number of a register is rounded', 'BigInt(text.slice(0, space))', 'BigInt(Number(text.slice(0, space)))'],
  ['the first digit of a number is lost', 'BigInt(text.slice(0, space))', 'BigInt(text.slice(1, space) || 0)'],
  ['a register is read without its reason', "reason: reason ?? ''", "reason: ''"],
]);
