// Connections are files to the system, and a process may open only so many: that is compared before the load begins.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { BenchmarkError } from '../errors.ts';

/** Files of a process beside its connections: libraries, logs, the link to a fleet, documents, results. */
const filesBeside = 100;
/** Files of a load thread beside its connections. */
const filesPerThread = 16;

/** What a node is about to open. */
export interface NeededFiles {
  /** For people: `localhost` or an address. */
  readonly place: string;
  /** Connections that are open at the same time at most. */
  readonly connections: number;
  readonly threads: number;
}

/** Fails with CONFIG if the connections and what else is needed do not fit into the limit of this process. `null` = the limit is not known. */
export function requireFiles({ place, connections, threads }: NeededFiles, limit: number | null = openFileLimit()): void {
  const needed = connections + threads * filesPerThread + filesBeside;
  if (limit === null || needed <= limit) return;
  const message = `The load opens up to ${connections} connections on ${place}, but the process may open ${limit} files there, some of which are needed otherwise.`;
  throw new BenchmarkError('CONFIG', message, {
    hint: `Raise the limit of open files ("ulimit -n ${needed}" in the same shell, LimitNOFILE= of a service), use fewer clients, or spread them over more machines with --worker-ips.`,
  });
}

/** How many files this process may open at the same time; `null` if the system does not say. */
export function openFileLimit(): number | null {
  try {
    if (process.platform === 'win32') return null;
    if (process.platform === 'linux') return parseLimit(/^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
    // A child has the limits of its parent.
    return parseLimit(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 2000 }).trim());
  } catch {
    // Nothing is known then, and a limit that is reached shows as failed connections.
    return null;
  }
}

function parseLimit(text: string | undefined): number | null {
  if (text === 'unlimited') return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? limit : null;
}
