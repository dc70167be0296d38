// The log file: one line per entry, UTC, rotated by size, without secrets. Its lines have the form that OpenSearch
// Benchmark gives them.
import { closeSync, constants, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { makeDirectories, systemReason } from '../files.ts';
import { visibleText } from './output/visible-text.ts';
import { redact } from './redact.ts';

/** How serious an entry is. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** What the rest of the command line logs to. */
export interface Log {
  /** Writes an entry; `logger` names the part of the program that it is about. Never throws. */
  write(level: LogLevel, logger: string, message: string): void;
}

/** Where a log is and how it grows. */
export interface LogFileOptions {
  readonly path: string;
  readonly processId: number;
  readonly clock: Clock;
  /** Bytes at which a new file is begun. */
  readonly maxBytes?: number;
  /** Number of older files that are kept: `benchmark.log.1` is the newest of them. */
  readonly keep?: number;
}

const defaultMaxBytes = 10 * 1024 * 1024;
const defaultKeep = 5;

/** A log on disk. A disk that is full must not end a test run: writing stops, and {@link LogFile.failure} says why. */
export class LogFile implements Log {
  /** Why the last entry could not be written; `null` if it was. */
  failure: Error | null = null;
  readonly path: string;
  private readonly options: LogFileOptions;
  private size: number;

  constructor(options: LogFileOptions) {
    this.options = options;
    this.path = options.path;
    this.size = 0;
    try {
      makeDirectories(dirname(options.path));
      this.size = statSync(options.path, { throwIfNoEntry: false })?.size ?? 0;
    } catch (error) {
      this.failed(error);
    }
  }

  write(level: LogLevel, logger: string, message: string): void {
    const { path, processId, clock } = this.options;
    const origin = `-not-actor-/PID:${processId} ${logger}`;
    const line = `${timestamp(clock.wall())} ${origin} ${level} ${visibleText(redact(message))}\n`;
    try {
      if (this.size > 0 && this.size + Buffer.byteLength(line) > (this.options.maxBytes ?? defaultMaxBytes))
        this.rotate();
      append(path, line);
      this.size += Buffer.byteLength(line);
      this.failure = null;
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.failure = new Error(systemReason(error), { cause: error });
  }

  private rotate(): void {
    const { path, keep = defaultKeep } = this.options;
    // Another process may have begun a new file meanwhile.
    this.size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (this.size < (this.options.maxBytes ?? defaultMaxBytes) / 2) return;
    for (let number = keep - 1; number >= 1; number--) {
      if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
    }
    renameSync(path, `${path}.1`);
    this.size = 0;
  }
}

/** How a log is opened. It may be a pipe to another program, for which nothing waits. */
const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

function append(path: string, line: string): void {
  // Only its owner may read a new log, which says what was run and against which hosts.
  const file = openSync(path, appendFlags, 0o600);
  try {
    writeSync(file, line);
  } finally {
    closeSync(file);
  }
}

/** `YYYY-MM-DD HH:MM:SS,ms` in UTC. */
function timestamp(epoch: number): string {
  return new Date(epoch).toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
}
