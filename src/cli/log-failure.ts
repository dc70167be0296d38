// What only the log says of an error.
import type { Log } from './log.ts';

/** The stack of an error and of its causes goes to the log, and only there. */
export function logFailure(log: Log | null, error: unknown): void {
  for (let current = error; current !== undefined; current = current instanceof Error ? current.cause : undefined) {
    log?.write('ERROR', 'cli', current instanceof Error ? (current.stack ?? current.message) : String(current));
  }
}
