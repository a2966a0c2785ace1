import { makeProgram } from '../../src-main/cli/program.ts';
import { escaped, sentence, table } from './markdown.mjs';

/** @typedef {import('commander').Command} Command */

const program = await makeProgram();

/** What every command has, and is said once. */
const COMMON = new Set(['--json', '--help']);

/** Returns the reference of the command line, from the commands themselves. */
export function commandLineReference() {
  const commands = commandsBelow(program);
  const overview = table(
    ['Command', 'What it does'],
    commands
      .filter(({ command }) => command.commands.length === 0)
      .map(({ command, path }) => [`[\`${path}\`](#${anchor(path)})`, escaped(sentence(command.summary()))]),
  );
  const withoutJson = commands
    .filter(({ command }) => command.commands.length === 0 && !command.options.some(({ long }) => long === '--json'))
    .map(({ path }) => `\`${path}\``);
  const common = `All commands take \`--help\`, and all but ${withoutJson.join(', ')} take \`--json\`.`;
  return [overview, common, ...commands.map(({ command, path }) => section(command, path))].join('\n\n');
}

/**
 * @param {Command} parent
 * @param {string} before
 * @returns {Array<{ command: Command, path: string }>}
 */
function commandsBelow(parent, before = '') {
  return parent.commands
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const path = `${before}${command.name()}`;
      return [{ command, path }, ...commandsBelow(command, `${path} `)];
    });
}

/** @param {Command} command @param {string} path */
function section(command, path) {
  const description = command.description() || command.summary();
  const parts = [`### ${path}`, escaped(sentence(description))];
  if (command.commands.length > 0)
    parts.push(
      command.commands.map((each) => `[\`${path} ${each.name()}\`](#${anchor(`${path} ${each.name()}`)})`).join(' · '),
    );
  else parts.push(['```', `snapkeep ${path} ${command.usage()}`, '```'].join('\n'));
  const given = command.registeredArguments.map((each) => [`\`${each.name()}\``, escaped(sentence(each.description))]);
  const options = command.options
    .filter(({ long, hidden }) => !hidden && !COMMON.has(long ?? ''))
    .map((option) => {
      const choices = option.argChoices === undefined ? '' : ` One of: ${option.argChoices.join(', ')}.`;
      return [`\`${option.flags}\``, escaped(sentence(option.description) + choices)];
    });
  if (given.length + options.length > 0) parts.push(table(['Argument or option', 'Meaning'], [...given, ...options]));
  const more = afterHelp(command);
  if (more !== '') parts.push(['```', more, '```'].join('\n'));
  return parts.join('\n\n');
}

/**
 * What a command's help says after its options: examples, mostly.
 * @param {Command} command
 */
function afterHelp(command) {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help.slice(command.helpInformation().length).trim();
}

/** @param {string} path */
const anchor = (path) => path.replaceAll(' ', '-');
