// Runs one command line, from its words to the exit code: parses, prepares, runs, and explains failures.
import { BenchmarkError, exitCodes, messageOf } from '../errors.ts';
import { packageVersion } from '../package.ts';
import { knownSecrets } from '../secrets.ts';
import { untilAborted } from '../until-aborted.ts';
import { closestMatch } from '../workload/closest-match.ts';
import type { Command, ReadyCommand } from './args/command.ts';
import { commandHelp, programHelp, usageLine } from './args/help.ts';
import { loadSettings, type Settings } from './config/settings.ts';
import type { CommandContext } from './context.ts';
import type { ProcessEnvironment } from './environment.ts';
import { LogFile } from './log.ts';
import { logFailure } from './log-failure.ts';
import { banner } from './output/banner.ts';
import { Console } from './output/console.ts';
import { failureText, furtherHelp } from './output/failure.ts';
import { type Ending, finalLines } from './output/final-line.ts';
import type { Program } from './program.ts';
import { registerEnvironment } from './redact.ts';
import { realServices, type Services } from './services.ts';

/**
 * Runs one command line and returns the exit code. Failures of commands are told and never rejected with; the process
 * is not ended, and nothing is printed but to the streams of the environment.
 */
export async function main(
  program: Program,
  words: readonly string[],
  environment: ProcessEnvironment,
  services: Services = realServices,
): Promise<number> {
  const [verb, ...rest] = words;
  const console = new Console(environment, false);
  registerEnvironment(environment.variables);
  for (const word of words) knownSecrets.registerAddresses(word);
  if (verb === undefined) {
    console.print(programHelp(environment.program, program.summary, program.commands, console.helpWidth));
    return exitCodes.noCommand;
  }
  if (verb === '-h' || verb === '--help') {
    console.print(programHelp(environment.program, program.summary, program.commands, console.helpWidth));
    return exitCodes.success;
  }
  if (verb === '-v' || verb === '--version') {
    console.print(`opensearch-benchmark ${packageVersion}`);
    return exitCodes.success;
  }
  const command = program.commands.find(({ name, aliases }) => name === verb || aliases.includes(verb));
  if (command === undefined) return complainAboutVerb(console, program, environment, verb, words);
  let ready: ReadyCommand;
  try {
    ready = command.parse(verb, rest);
  } catch (error) {
    return complainAboutFlags(console, environment, verb, command, error);
  }
  if (ready.isHelpWanted) {
    console.print(commandHelp(environment.program, verb, command, console.helpWidth));
    return exitCodes.success;
  }
  return new CommandRun(program, ready, environment, services).run();
}

function complainAboutVerb(
  console: Console,
  program: Program,
  environment: ProcessEnvironment,
  verb: string,
  words: readonly string[],
): number {
  const names = program.commands.map(({ name }) => name);
  const meant = closestMatch(verb, names);
  const isFlag = verb.startsWith('-');
  const follows = isFlag && words.some((word) => names.includes(word));
  const advice = follows
    ? 'flags belong after the command'
    : meant !== null
      ? `did you mean ${meant}?`
      : `choose from ${names.join(', ')}`;
  console.complain(`usage: ${environment.program} COMMAND [flags]`);
  console.complain(`${environment.program}: error: ${isFlag ? 'unknown flag' : 'unknown command'} ${verb}; ${advice}`);
  return exitCodes.usage;
}

function complainAboutFlags(
  console: Console,
  environment: ProcessEnvironment,
  verb: string,
  command: Command,
  error: unknown,
): number {
  if (!(error instanceof BenchmarkError)) throw error;
  const { program } = environment;
  console.complain(usageLine(program, verb, command));
  for (const { message } of error.problems) console.complain(`${program} ${verb}: error: ${message}`);
  console.complain(`Try: ${program} ${verb} --help`);
  return exitCodes.usage;
}

/** One run of a command that was parsed. */
class CommandRun {
  private readonly program: Program;
  private readonly ready: ReadyCommand;
  private readonly environment: ProcessEnvironment;
  private readonly services: Services;
  private readonly console: Console;
  private readonly start: number;
  private settings: Settings | null = null;
  private log: LogFile | null = null;

  constructor(program: Program, ready: ReadyCommand, environment: ProcessEnvironment, services: Services) {
    this.program = program;
    this.ready = ready;
    this.environment = environment;
    this.services = services;
    this.console = new Console(environment, ready.common.isQuiet);
    this.start = environment.clock.now();
  }

  async run(): Promise<number> {
    try {
      if (this.program.hasBanner && !this.ready.hasPlainOutput) this.console.print(`\n${banner.join('\n')}\n`);
      const work = this.ready.run(this.prepare());
      const code = await (this.ready.endsItself ? work : untilAborted(this.environment.signal, work));
      this.finish(code === exitCodes.success ? 'success' : code === exitCodes.cancelled ? 'cancelled' : 'failure');
      return code;
    } catch (error) {
      return this.explain(error);
    }
  }

  private prepare(): CommandContext {
    const { environment, console, services, ready } = this;
    const settings = loadSettings(environment.variables, environment.homeDirectory, ready.common.configurationName);
    this.settings = settings;
    this.log = new LogFile({
      path: `${settings.locations.logDirectory}/benchmark.log`,
      processId: environment.processId,
      clock: environment.clock,
    });
    this.log.write('INFO', 'cli', `opensearch-benchmark ${packageVersion}, Node.js ${process.version}: ${ready.shown}`);
    return { environment, console, settings, log: this.log, common: ready.common, services };
  }

  private explain(error: unknown): number {
    const code = error instanceof BenchmarkError ? error.exitCode : exitCodes.failure;
    if (code === exitCodes.cancelled) {
      this.console.warning(messageOf(error));
      this.finish('cancelled');
      return code;
    }
    logFailure(this.log, error);
    this.console.error(failureText(this.ready.verb, error));
    this.console.print(
      furtherHelp(this.console.bold, this.settings?.locations.logDirectory ?? 'the configuration directory', error),
    );
    this.finish('failure');
    return code;
  }

  private finish(ending: Ending): void {
    if (!this.ready.hasPlainOutput)
      this.console.print(finalLines(ending, (this.environment.clock.now() - this.start) / 1000));
    if (this.log?.failure !== null && this.log?.failure !== undefined)
      this.console.warning(`The log ${this.log.path} could not be written: ${this.log.failure.message}.`);
  }
}
