import type { Argument, Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that teaches a shell to complete `program`: its commands, their options, and what may follow these. It says what the
 *  program was when it was written, and starts nothing when a key is pressed. What is called `file` is completed to a file. */
export function completionScript(program: Command, shell: Shell): string {
  const commands = commandsBelow(program, []);
  if (shell === 'fish') return fish(program.name(), commands);
  const script = bash(program.name(), commands);
  return shell === 'bash' ? script : `${ZSH_AS_BASH}\n${script}`;
}

/** zsh comes with an emulation of bash's completion. */
const ZSH_AS_BASH = `whence compdef >/dev/null || { autoload -Uz compinit && compinit; }
autoload -Uz bashcompinit && bashcompinit`;

/** A command as it is typed: `['dead-letters', 'list']`; of the program itself, nothing. */
interface Completable {
  readonly path: readonly string[];
  readonly description: string;
  /** Its own commands, and the choices of its arguments. */
  readonly words: readonly string[];
  readonly options: readonly Option[];
  readonly takesFile: boolean;
}

function commandsBelow(command: Command, path: readonly string[]): Completable[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const takes: readonly Argument[] = command.registeredArguments;
  return [
    {
      path,
      description: command.description(),
      words: [...below.map((child) => child.name()), ...takes.flatMap(({ argChoices = [] }) => argChoices)],
      options: help.visibleOptions(command).filter(({ long }) => long),
      takesFile: takes.some((argument) => argument.name() === 'file'),
    },
    ...below.flatMap((child) => commandsBelow(child, [...path, child.name()])),
  ];
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function isFile({ flags }: Option): boolean {
  return flags.endsWith('<file>');
}

/** Also for the bash 3.2 of macOS, and for zsh's emulation of its completion. */
function bash(program: string, commands: readonly Completable[]): string {
  const pathOf = ({ path }: Completable) => path.map((name) => ` ${name}`).join('');
  const known = commands.filter(({ path }) => path.length > 0).map((command) => `'${pathOf(command)}'`);
  const values = commands.flatMap((command) =>
    command.options
      .filter(takesValue)
      .map(
        (option) =>
          `    '${pathOf(command)} ${option.long}') choices='${(option.argChoices ?? []).join(' ')}' files='${isFile(option) ? 'yes' : ''}' ;;`,
      ),
  );
  const cases = commands.map((command) => {
    const flags = command.options.map(({ long }) => long).join(' ');
    return `      '${pathOf(command)}') choices='${command.words.join(' ')}' flags='${flags}' files='${command.takesFile ? 'yes' : ''}' ;;`;
  });
  return `_${program}() {
  local IFS=$' \\n' word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' choices='' flags='' files='' at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
      ${known.join('|')}) command="$command \${COMP_WORDS[at]}" ;;
    esac
  done
  case "$command $previous" in
${values.join('\n')}
    *) case "$command" in
${cases.join('\n')}
      esac
      case "$word" in -*) choices="$flags" files='' ;; esac ;;
  esac
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -F _${program} ${program}`;
}

function fish(program: string, commands: readonly Completable[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  const known = commands.filter(({ path }) => path.length > 0).map(({ path }) => quoted(` ${path.join(' ')}`));
  const lines = commands.flatMap(({ path, words, options, takesFile }) => {
    const here = `complete -c ${program} -n ${quoted(`__${program}_at ${path.join(' ')}`.trimEnd())}`;
    const describe = (word: string) => commands.find((below) => below.path.join(' ') === [...path, word].join(' '))?.description ?? '';
    return [
      ...words.map((word) => `${here} -a ${word} -d ${quoted(describe(word))}`),
      ...options.map((option) => {
        const value = isFile(option) ? ' -r -F' : takesValue(option) ? ` -x -a ${quoted((option.argChoices ?? []).join(' '))}` : '';
        return `${here} -l ${option.long?.slice(2)}${value} -d ${quoted(option.description)}`;
      }),
      ...(takesFile ? [`${here} -F`] : []),
    ];
  });
  return `function __${program}_at
  set -l command
  for word in (commandline -opc)[2..-1]
    contains -- "$command $word" ${known.join(' ')}; and set command "$command $word"
  end
  test (string trim -- "$command") = "$argv"
end
complete -c ${program} -e
complete -c ${program} -f
${lines.join('\n')}`;
}
