// Commands as data: their names, their flags, and what runs with the typed values of these.
import { BenchmarkError, exitCodes } from '../../errors.ts';
import { closestMatch } from '../../workload/closest-match.ts';
import type { CommandContext } from '../context.ts';
import type { CommonOptions } from './common-options.ts';
import type { Flags, Values } from './flag.ts';
import { type ParsedFlags, parseFlags, shownWord } from './parser.ts';

/** The word that a command may take after its verb, e.g. what to list. */
export interface Positional {
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
  /** Words of older versions, with the words of today. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** What a command has learned from its command line. */
export interface Invocation<F extends Flags> {
  /** As typed: `execute-test` or `run`. Messages use it. */
  readonly verb: string;
  readonly options: Values<F>;
  /** The word after the verb, in today's spelling; empty if the command takes none. */
  readonly positional: string;
  /** Names of the flags that were given, as in the table. */
  readonly given: ReadonlySet<string>;
}

/** A command as its author writes it down. */
export interface CommandSpec<F extends Flags> {
  readonly name: string;
  /** Other names, accepted silently. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly flags: F;
  /** Of each group at most one flag may be given. */
  readonly exclusive?: readonly (readonly (keyof F & string)[])[];
  readonly positional?: Positional;
  /** Whether the work watches the signal of the environment itself. Otherwise Ctrl-C ends the command at once. */
  readonly endsItself?: boolean;
  /** Whether the output is for programs, so that banner and final line are left out. */
  readonly hasPlainOutput?: (options: Values<F>) => boolean;
  /** Does the work and returns the exit code. */
  readonly execute: (context: CommandContext, invocation: Invocation<F>) => Promise<number>;
}

/** A command whose words were understood. */
export interface ReadyCommand {
  /** As typed. */
  readonly verb: string;
  /** The command line as it was understood, for the log: without the values that may be secret. */
  readonly shown: string;
  readonly isHelpWanted: boolean;
  readonly common: CommonOptions;
  readonly hasPlainOutput: boolean;
  readonly endsItself: boolean;
  readonly run: (context: CommandContext) => Promise<number>;
}

/** A command as the help and the program see it, whatever the types of its flags. */
export interface Command {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly flags: Flags;
  readonly exclusive: readonly (readonly string[])[];
  readonly positional: Positional | null;
  /** Whether it is in this version; the help lists the others apart. */
  readonly isBuilt: boolean;
  /** Reads the words after the verb. Throws `USAGE` with all problems. */
  readonly parse: (verb: string, words: readonly string[]) => ReadyCommand;
}

/** Makes a command from what its author wrote down. It is the only place where values of flags get their types. */
export function defineCommand<F extends Flags>(spec: CommandSpec<F>): Command {
  const parse = (verb: string, words: readonly string[]): ReadyCommand => {
    const parsed = parseFlags(spec.flags, words);
    const positional = readPositional(spec.positional ?? null, parsed.positionals);
    const problems = [...parsed.problems, ...positional.problems, ...checkGroups(spec, parsed.given)];
    if (!parsed.isHelpWanted && problems.length > 0) throw usageError(problems);
    const options = Object.fromEntries(parsed.values) as Values<F>;
    return {
      verb,
      shown: [verb, ...positional.shown, ...shownFlags(spec.flags, parsed)].join(' '),
      isHelpWanted: parsed.isHelpWanted,
      common: commonOptions(parsed),
      endsItself: spec.endsItself ?? false,
      hasPlainOutput: spec.hasPlainOutput?.(options) ?? false,
      run: async (context) => {
        refuseWhatIsNotBuilt(spec.flags, parsed);
        return spec.execute(context, { verb, options, positional: positional.word, given: parsed.given });
      },
    };
  };
  const { name, summary, description, flags } = spec;
  const { aliases = [], exclusive = [], positional = null } = spec;
  return { name, aliases, summary, description, flags, exclusive, positional, isBuilt: true, parse };
}

/** The error for a wrong command line, with all problems at once: exit code 2. */
export function usageError(problems: readonly string[]): BenchmarkError {
  return new BenchmarkError('USAGE', problems.join('\n'), { problems: problems.map((message) => ({ message })) });
}

/**
 * The error for a command line that can be read but contradicts itself: exit code 64, as scripts for OpenSearch
 * Benchmark expect.
 */
export function contradiction(message: string, hint?: string): BenchmarkError {
  return new BenchmarkError('USAGE', message, { hint, exitCode: exitCodes.failure });
}

function commonOptions({ values }: ParsedFlags): CommonOptions {
  const name = values.get('configurationName');
  return {
    isQuiet: values.get('quiet') === true,
    isOffline: values.get('offline') === true,
    configurationName: typeof name === 'string' && name !== '' ? name : null,
  };
}

interface ReadPositional {
  readonly word: string;
  /** The word as the log shows it; none if the command takes none. */
  readonly shown: readonly string[];
  readonly problems: readonly string[];
}

function readPositional(positional: Positional | null, words: readonly string[]): ReadPositional {
  const [first = '', ...rest] = words;
  const unexpected = (word: string): string => `unexpected argument '${shownWord(word)}'`;
  if (positional === null) return { word: '', shown: [], problems: words.map(unexpected) };
  const problems = rest.map(unexpected);
  if (words.length === 0)
    return {
      word: '',
      shown: [],
      problems: [`${positional.name} is missing (choose from ${positional.choices.join(', ')})`],
    };
  const word = positional.aliases[first] ?? first;
  if (positional.choices.includes(word)) return { word, shown: [word], problems };
  const meant = closestMatch(first, positional.choices);
  const advice = meant === null ? `choose from ${positional.choices.join(', ')}` : `did you mean ${meant}?`;
  return {
    word,
    shown: [],
    problems: [`invalid choice '${shownWord(first)}' for ${positional.name}; ${advice}`, ...problems],
  };
}

/** The flags that were given, with their values as {@link Flag.show} has them. */
const shownFlags = (flags: Flags, { given, values }: ParsedFlags): readonly string[] =>
  [...given].flatMap((name) => {
    const flag = flags[name];
    if (flag === undefined) return [];
    return [flag.arity === 'none' ? `--${flag.long}` : `--${flag.long}=${flag.show(values.get(name))}`];
  });

function checkGroups<F extends Flags>(spec: CommandSpec<F>, given: ReadonlySet<string>): readonly string[] {
  const namesOf = (group: readonly string[]) => group.map((name) => `--${spec.flags[name]?.long ?? name}`);
  return (spec.exclusive ?? [])
    .map((group) => group.filter((name) => given.has(name)))
    .filter((present) => present.length > 1)
    .map((present) => `${namesOf(present).join(' and ')} exclude each other`);
}

/** Refuses flags that would change something that this version cannot do: nobody should believe that they worked. */
function refuseWhatIsNotBuilt(flags: Flags, { values, given }: ParsedFlags): void {
  const refused = [...given].flatMap((name) => {
    const flag = flags[name];
    return flag === undefined || flag.notBuilt === null || flag.isWithoutEffect(values.get(name))
      ? []
      : [`--${flag.long}: ${flag.notBuilt}`];
  });
  const [first] = refused;
  if (first === undefined) return;
  const hint = 'Leave the flag out, or give it its default value.';
  if (refused.length === 1) throw new BenchmarkError('UNSUPPORTED', `Not in this version: ${first}.`, { hint });
  throw new BenchmarkError('UNSUPPORTED', `${refused.length} flags are not in this version.`, {
    hint,
    problems: refused.map((message) => ({ message })),
  });
}
