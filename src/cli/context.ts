// What a command works with once its words are parsed: console, settings, log, and the parts of the program that do the
// work.
import type { CommonOptions } from './args/common-options.ts';
import type { Settings } from './config/settings.ts';
import type { ProcessEnvironment } from './environment.ts';
import type { Log } from './log.ts';
import type { Console } from './output/console.ts';
import type { Services } from './services.ts';

/** What a command works with. */
export interface CommandContext {
  readonly environment: ProcessEnvironment;
  readonly console: Console;
  readonly settings: Settings;
  readonly log: Log;
  readonly common: CommonOptions;
  readonly services: Services;
}
