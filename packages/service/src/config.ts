import { z } from 'zod';

/** One environment variable that a program reads. */
export interface Setting<T = unknown> {
  /** How the text is checked and turned into a value. */
  readonly type: z.ZodType<T, string>;
  /** What it is for, with its unit, for `--help`. */
  readonly help: string;
  /** Taken when the variable is not set. A setting without a default and not `optional` is required. */
  readonly default?: string;
  readonly optional?: true;
  /** Never shown: not in `--help`, not in errors, not in logs. */
  readonly secret?: true;
}

/** A text that `parse` takes. What it throws says what is wrong and, as it is shown even of a secret, repeats nothing of the text. */
export function acceptedBy(parse: (text: string) => unknown): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  });
}

export type Settings = Readonly<Record<string, Setting>>;

type Value<S extends Setting> = S extends { optional: true } ? z.output<S['type']> | undefined : z.output<S['type']>;

export type Config<S extends Settings> = { readonly [K in keyof S]: Value<S[K]> };

/** Names every setting that is wrong, and never the value of a secret. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  readonly retryable = false;
}

/** Parses the environment into one object. An empty variable counts as not set. Throws ConfigInvalid. */
export function readConfig<S extends Settings>(settings: S, env: NodeJS.ProcessEnv): Config<S> {
  const config: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, setting] of Object.entries(settings)) {
    const text = env[name] || setting.default;
    if (text === undefined) {
      if (!setting.optional) problems.push(`${name} is not set: ${setting.help}`);
      continue;
    }
    const parsed = setting.type.safeParse(text);
    if (parsed.success) config[name] = parsed.data;
    else {
      const [issue] = parsed.error.issues;
      problems.push(`${name} is wrong: ${setting.secret && issue?.code !== 'custom' ? setting.help : issue?.message}`);
    }
  }
  if (problems.length > 0) throw new ConfigInvalid(problems.join('; '));
  return config as Config<S>;
}

/** The text of `--help`: each variable with its meaning and default. */
export function describeSettings(settings: Settings): string {
  const width = Math.max(...Object.keys(settings).map((name) => name.length));
  return Object.entries(settings)
    .map(([name, setting]) => {
      const fallback = setting.default !== undefined ? `default ${setting.default}` : setting.optional ? 'optional' : 'required';
      return `  ${name.padEnd(width)}  ${setting.help} (${fallback})`;
    })
    .join('\n');
}
