// The log for errors that nobody caught, when no command is there to write them.
import { join } from 'node:path';
import { provideLocations } from './config/locations.ts';
import type { Environment } from './environment.ts';
import { LogFile } from './log.ts';
import { logFailure } from './log-failure.ts';
import { registerEnvironment } from './redact.ts';

/** Writes the error to the log file and returns its path; `null` if that cannot be done either. */
export function emergencyLog(environment: Environment, error: unknown): string | null {
  try {
    const { logDirectory } = provideLocations(environment.variables, environment.homeDirectory);
    registerEnvironment(environment.variables);
    const log = new LogFile({ path: join(logDirectory, 'benchmark.log'), processId: environment.processId, clock: environment.clock });
    logFailure(log, error);
    return log.failure === null ? join(logDirectory, 'benchmark.log') : null;
  } catch {
    // Telling the user about the first error matters more than the second one.
    return null;
  }
}
