// Each connection is an open file to the operating system, which limits how many a process may have. The limit is
// compared with the need of a test run before its load begins.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BenchmarkError } from '../errors.ts';

/** Open files that a process needs beside its connections: libraries, logs, the link to a fleet, documents, results. */
const filesBeside = 100;
/** Open files that a load thread needs beside its connections. */
const filesPerThread = 16;

/** What a node is about to open. */
export interface NeededFiles {
  /** The name of the node in messages: `localhost` or an address. */
  readonly place: string;
  /** The most connections that are open at the same time. */
  readonly connections: number;
  /** How many load threads the node starts. */
  readonly threads: number;
}

/**
 * Throws CONFIG if the files that a node needs exceed the limit of this process. `limit` is a number of open files;
 * `null` means that it is not known, and anything passes.
 */
export function requireFiles(
  { place, connections, threads }: NeededFiles,
  limit: number | null = openFileLimit(),
): void {
  const needed = connections + threads * filesPerThread + filesBeside;
  if (limit === null || needed <= limit) return;
  const message =
    `The load opens up to ${connections} connections on ${place}, but the process may open ${limit} ` +
    'files there, some of which are needed otherwise.';
  throw new BenchmarkError('CONFIG', message, {
    hint:
      `Raise the limit of open files ("ulimit -n ${needed}" in the same shell, LimitNOFILE= of a service), use ` +
      'fewer clients, or spread them over more machines with --worker-ips.',
  });
}

/** How many files this process may have open at a time: `Infinity` without a limit, `null` if that is not known. */
export function openFileLimit(): number | null {
  try {
    if (process.platform === 'win32') return null;
    if (process.platform === 'linux')
      return parseLimit(/^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    // Elsewhere a child process is asked, because it inherits the limit of its parent.
    return parseLimit(
      execFileSync('sh', ['-c', 'ulimit -n'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 2000,
      }).trim(),
    );
  } catch {
    // Without a known limit the run goes ahead; if the limit is then reached, it shows as failed connections.
    return null;
  }
}

function parseLimit(text: string | undefined): number | null {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? limit : null;
}
