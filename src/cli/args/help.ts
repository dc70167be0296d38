// Makes the texts of help: fitted to the terminal, grouped, with defaults.
import type { Command } from './command.ts';
import type { Flag } from './flag.ts';

const helpFlag = { label: '-h, --help', text: 'Show this help and exit.' };
const indent = 2;
const labelColumn = 26;

/** The width of help for a terminal of so many columns: from 60 to 120, as wider lines are hard to follow. */
export const clampWidth = (columns: number): number => Math.min(120, Math.max(60, columns));

/** The help of one command, under the verb that was typed. */
export function commandHelp(program: string, verb: string, command: Command, columns: number): string {
  const width = clampWidth(columns);
  const sections = [usageLine(program, verb, command), '', ...wrap(command.description, width), ''];
  if (!command.isBuilt) sections.push('This command is not in this version.', '');
  if (command.positional !== null) {
    sections.push(
      `${command.positional.name}:`,
      ...entry(command.positional.choices.join(', '), command.positional.description, width),
      '',
    );
  }
  const flags = Object.values(command.flags).filter((flag) => !flag.isHidden);
  for (const group of new Set(flags.map((flag) => flag.group))) {
    sections.push(`${group}:`);
    for (const flag of flags.filter((candidate) => candidate.group === group))
      sections.push(...entry(labelOf(flag), textOf(flag), width));
    sections.push('');
  }
  sections.push('Other:', ...entry(helpFlag.label, helpFlag.text, width), '');
  const rule = 'A long flag may be shortened as long as it stays unique';
  sections.push(...wrap(`${rule}, and its value may follow after a space or an equals sign.`, width), '');
  return sections.join('\n');
}

/** The help of a program, which lists its commands. */
export function programHelp(program: string, summary: string, commands: readonly Command[], columns: number): string {
  const width = clampWidth(columns);
  const lines = [`usage: ${program} COMMAND [flags]`, '', ...wrap(summary, width), ''];
  const built = commands.filter((command) => command.isBuilt);
  const planned = commands.filter((command) => !command.isBuilt);
  if (built.length > 0)
    lines.push('Commands:', ...built.flatMap((command) => entry(namesOf(command), command.summary, width)), '');
  if (planned.length > 0)
    lines.push(
      'Not in this version:',
      ...planned.flatMap((command) => entry(namesOf(command), command.summary, width)),
      '',
    );
  lines.push(
    'Other:',
    ...entry(helpFlag.label, helpFlag.text, width),
    ...entry('-v, --version', 'Show the version and exit.', width),
    '',
  );
  lines.push(...wrap(`Flags of a command: ${program} COMMAND --help`, width), '');
  return lines.join('\n');
}

/** The one line above the complaints about a command line. */
export function usageLine(program: string, verb: string, command: Command): string {
  const positional = command.positional === null ? '' : ` ${command.positional.name}`;
  const required = Object.values(command.flags)
    .filter((flag) => flag.isRequired)
    .map((flag) => ` --${flag.long} ${flag.placeholder}`);
  return `usage: ${program} ${verb}${positional}${required.join('')} [flags]`;
}

const namesOf = (command: Command): string =>
  [command.name, ...command.aliases.filter((alias) => !alias.includes('_'))].join(', ');

function labelOf(flag: Flag<unknown>): string {
  const names = [...flag.shorts.map((short) => `-${short}`), `--${flag.long}`].join(', ');
  if (flag.arity === 'none') return names;
  if (flag.arity === 'optional') return `${names} [${flag.placeholder}]`;
  return `${names} ${flag.placeholder}${flag.arity === 'many' ? ' ...' : ''}`;
}

function textOf(flag: Flag<unknown>): string {
  const fallback = flag.defaultText === null ? '' : ` (default: ${flag.defaultText})`;
  const others = flag.defaultText === null ? '' : 'other values: ';
  const state = flag.notBuilt === null ? '' : ` [${others}not in this version]`;
  return `${flag.description}${flag.isRequired ? ' Required.' : ''}${fallback}${state}`;
}

/** A label and its text in two columns; a long label gets a line of its own. */
function entry(label: string, text: string, width: number): readonly string[] {
  const margin = ' '.repeat(labelColumn);
  const lines = wrap(text, width - labelColumn).map((line) => `${margin}${line}`);
  const head = `${' '.repeat(indent)}${label}`;
  const [first = '', ...rest] = lines;
  if (head.length + 2 <= labelColumn) return [`${head.padEnd(labelColumn)}${first.slice(labelColumn)}`, ...rest];
  return [...hang(head, width), ...lines];
}

/** Breaks a label that is too wide at its commas and spaces. */
const hang = (head: string, width: number): readonly string[] =>
  wrap(head.trim().replaceAll(/,(?=\S)/g, ',\u0000'), width - indent).map((line) => `${' '.repeat(indent)}${line}`);

/** Breaks text at spaces (and at marked places) into lines of at most `width` characters; a longer word stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<= )|\u0000/)) {
    if (line !== '' && (line + piece).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  lines.push(line.trimEnd());
  return lines;
}
