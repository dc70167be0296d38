// Writes to the log what only the log says of an error.
import type { Log } from './log.ts';

/** Writes the stacks of an error and of its causes to the log, if there is one. They are shown nowhere else. */
export function logFailure(log: Log | null, error: unknown): void {
  for (let current = error; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    log?.write('ERROR', 'cli', current instanceof Error ? (current.stack ?? current.message) : String(current));
  }
}
