// The log file: one line per entry, UTC, rotated by size, without secrets (spec/1 §3.1).
import { closeSync, constants, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { makeDirectories, systemReason } from '../files.ts';
import { visibleText } from './output/visible-text.ts';
import { redact } from './redact.ts';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** What the rest of the command line logs to. */
export interface Log {
  write(level: LogLevel, logger: string, message: string): void;
}

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
    const line = `${timestamp(clock.wall())} -not-actor-/PID:${processId} ${logger} ${level} ${visibleText(redact(message))}\n`;
    try {
      if (this.size > 0 && this.size + Buffer.byteLength(line) > (this.options.maxBytes ?? defaultMaxBytes)) this.rotate();
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

/** A log may be a pipe to another program, which is not waited for. */
const appendFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

function append(path: string, line: string): void {
  // The mode of a new file: what runs and against which hosts is nobody else's business.
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
