import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Argument, Command, Option } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, SHELLS } from './completion-script.ts';
import { createProgram } from './program.ts';

const program = new Command('roll');
program.command('client').argument('<namespace>').option('--json', 'as JSON');
program
  .command('clients')
  .addOption(new Option('--presence <presence>').choices(['online', 'offline']))
  .option('--limit <n>');
program.command('publish').argument('<file>').option('--quiet').option('--position <file>');
program.command('completion').addArgument(new Argument('<shell>').choices(SHELLS));
const letters = program.command('letters');
letters.command('list').option('--reason <reason>');
letters.command('redrive').argument('[file...]').option('--dry-run');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rollcall-completion-'));
  await writeFile(path.join(folder, 'my events.json'), '');
  await mkdir(path.join(folder, 'more'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers when Tab is pressed after these words, the last of which may be half typed. */
async function completed(words: readonly string[], of: Command = program): Promise<string[]> {
  const script = `${completionScript(of, 'bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _${of.name()}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-uc', script, 'bash', of.name(), ...words], { cwd: folder });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('what a real bash offers', () => {
  it.each([
    { words: ['cl'], offers: ['client', 'clients'] },
    { words: ['clients', 'myns', '--'], offers: ['--presence', '--limit', '--help'] },
    { words: ['clients', '--presence', ''], offers: ['online', 'offline'] },
    { words: ['clients', '--presence', 'of'], offers: ['offline'] },
    { words: ['clients', '--limit', ''], offers: [] },
    { words: ['client', 'clients', '--j'], offers: ['--json'] },
    { words: ['client', ''], offers: [] },
    { words: ['completion', ''], offers: ['bash', 'zsh', 'fish'] },
    { words: ['letters', 'l'], offers: ['list'] },
    { words: ['letters', 'list', '--r'], offers: ['--reason'] },
    { words: ['publish', 'm'], offers: ['more', 'my events.json'] },
    { words: ['letters', 'redrive', 'more', 'my'], offers: ['my events.json'] },
    { words: ['publish', '-'], offers: ['--quiet', '--position', '--help'] },
    { words: ['publish', '--position', 'my'], offers: ['my events.json'] },
  ])('after $words', async ({ words, offers }) => {
    expect((await completed(words)).sort()).toEqual([...offers].sort());
  });

  it('runs nothing that stands on the line', async () => {
    expect(await completed(['client', '$(touch ran)', '`touch ran`', '--'])).toEqual(['--json', '--help']);
    expect(await completed(['publish', 'r'])).toEqual([]);
  });

  it('knows the commands that there are', async () => {
    const commands = createProgram(process).commands.map((command) => command.name());
    expect(await completed([''], createProgram(process))).toEqual([...commands, 'help']);
  });
});

it('gives fish each command with its options, exactly there', () => {
  const script = completionScript(program, 'fish');
  expect(script).toContain("complete -c roll -n '__roll_at letters' -a list -d ''");
  expect(script).toContain("complete -c roll -n '__roll_at letters list' -l reason -x");
  expect(script).toContain("complete -c roll -n '__roll_at publish' -F");
  expect(script).toContain("complete -c roll -n '__roll_at publish' -l position -r -F");
});
