import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Mutant, mutated } from './mutant.ts';

const ROOT = new URL('../../../', import.meta.url).href;
const KIT = new URL(`./kit${path.extname(import.meta.url)}`, import.meta.url).href;

/** Packages as their sources, for `dist` is built without the mutant. */
const PACKAGES: Readonly<Record<string, string>> = {
  '@rollcall/fold': 'packages/fold/src/index.ts',
  '@rollcall/fold/testing': 'packages/fold/src/testing/index.ts',
  '@rollcall/schema': 'packages/schema/src/index.ts',
};
const SCHEMA = 'packages/schema/src/';
/** These are loaded anew for each mutant. */
const FRESH = ['packages/fold/src/', 'test/src/properties/'];

const compiled = new Map<string, string>();
let trial = 0;
let current: Mutant | undefined;

/** From now on, modules are loaded with the mutant in them, and those that may be of another are loaded anew. */
export function startTrial(mutant: Mutant | undefined): void {
  trial++;
  current = mutant;
}

/** The module of a file, from the root of the repository. */
export function load(file: string): Promise<unknown> {
  return import(ROOT + file);
}

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context;
    if (specifier === 'vitest' && fileOf(parentURL) !== undefined) return { url: KIT, shortCircuit: true };
    const source = PACKAGES[specifier];
    const { url, ...more } = source === undefined ? next(specifier, context) : { url: ROOT + source, shortCircuit: true };
    const file = fileOf(url);
    const isFresh = file !== undefined && (FRESH.some((dir) => file.startsWith(dir)) || current?.file.startsWith(SCHEMA));
    return { ...more, url: isFresh ? `${url}?trial=${trial}` : url };
  },
  load(url, context, next) {
    const file = fileOf(url);
    return file === undefined ? next(url, context) : { format: 'module', source: sourceOf(file), shortCircuit: true };
  },
});

/** The path of a source from the root of the repository; undefined for all other modules. */
function fileOf(url: string): string | undefined {
  const [address = ''] = url.split('?');
  const file = address.startsWith(ROOT) ? address.slice(ROOT.length) : '';
  return file.endsWith('.ts') && [...FRESH, SCHEMA].some((dir) => file.startsWith(dir)) ? file : undefined;
}

function sourceOf(file: string): string {
  const known = compiled.get(file);
  if (known !== undefined && file !== current?.file) return known;
  const text = readFileSync(fileURLToPath(ROOT + file), 'utf8');
  const isMutant = current?.file === file;
  const source = stripTypeScriptTypes(isMutant && current !== undefined ? mutated(text, current) : text, {
    mode: 'transform',
    sourceUrl: pathToFileURL(file).href,
  });
  if (!isMutant) compiled.set(file, source);
  return source;
}
