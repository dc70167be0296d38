// Writes errors to the log that nobody caught, when there may be no command whose log could take them.
import { join } from 'node:path';
import { provideLocations } from './config/locations.ts';
import type { ProcessEnvironment } from './environment.ts';
import { LogFile } from './log.ts';
import { logFailure } from './log-failure.ts';
import { registerEnvironment } from './redact.ts';

/** Writes the error to the log file and returns its path; `null` if that cannot be done either. */
export function emergencyLog(environment: ProcessEnvironment, error: unknown): string | null {
  try {
    const { logDirectory } = provideLocations(environment.variables, environment.homeDirectory);
    registerEnvironment(environment.variables);
    const log = new LogFile({
      path: join(logDirectory, 'benchmark.log'),
      processId: environment.processId,
      clock: environment.clock,
    });
    logFailure(log, error);
    return log.failure === null ? join(logDirectory, 'benchmark.log') : null;
  } catch {
    // Why the log cannot be written is not told, because the error that it was for matters more.
    return null;
  }
}
