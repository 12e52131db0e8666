/** The fold, broken on purpose in one place. */
export interface Mutant {
  /** What is wrong then, as a sentence. */
  readonly name: string;
  /** Source, from the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once, */
  readonly replace: string;
  /** and this stands there instead. */
  readonly by: string;
}

export type Rule = readonly [name: string, replace: string, by: string];

export function mutantsOf(file: string, rules: readonly Rule[]): readonly Mutant[] {
  return rules.map(([name, replace, by]) => ({ name, file, replace, by }));
}

/** The source with the mutant in it. Throws where its text is not found exactly once: the code has moved. */
export function mutated(source: string, { name, file, replace, by }: Mutant): string {
  const [before, after, ...more] = source.split(replace);
  if (after === undefined) throw new Error(`"${name}": ${file} has no ${replace}`);
  if (more.length > 0) throw new Error(`"${name}": ${file} has ${replace} ${more.length + 1} times`);
  if (by === replace) throw new Error(`"${name}" changes nothing`);
  return `${before}${by}${after}`;
}
