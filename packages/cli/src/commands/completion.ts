import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion-script.ts';
import type { Context } from '../context.ts';
import { examples } from './options.ts';

export function addCompletion(program: Command, context: Context): void {
  program
    .command('completion')
    .description('a script that teaches a shell to complete rollcall')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      examples(
        'completion bash > ~/.local/share/bash-completion/completions/rollcall',
        'completion zsh > ~/.rollcall.zsh   # then, in ~/.zshrc: source ~/.rollcall.zsh',
        'completion fish > ~/.config/fish/completions/rollcall.fish',
      ),
    )
    .action((shell: Shell) => context.print(shell, false, () => completionScript(program, shell)));
}
