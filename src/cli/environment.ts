// What a process gives to the command line, as a value, so that tests run whole commands in memory.
import type { Clock } from '../clock.ts';

/** What a command writes to: the part of a stream that is used. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** All that the command line takes from its process. Only `process.ts` makes one of the real process. */
export interface ProcessEnvironment {
  /** Name of the executable, for usage and messages. */
  readonly program: string;
  /** Environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** How many cores this process may use. */
  readonly cores: number;
  readonly processId: number;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}
