// Daemons as processes, each with a home of its own, as on machines of their own.
// Needs: nats-server.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { identify, signalProcess, untilGone } from '../../src/process-identity.ts';
import { atEnd, temporaryDirectory } from './at-end.ts';

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const entry = fileURLToPath(new URL('../../src/cli/daemon/opensearch-benchmarkd.js', import.meta.url));

/** A machine, as far as the daemon can tell. Its daemon is ended at the end. */
export class Machine {
  readonly home = temporaryDirectory();
  readonly directory = join(this.home, '.benchmark');
  private readonly variables: Readonly<Record<string, string>>;

  constructor(variables: Readonly<Record<string, string>> = {}) {
    this.variables = variables;
    atEnd(async () => {
      for (const name of ['daemon.json', 'nats-server.json'] as const) {
        const processId = this.noted(name);
        const identity = identify(processId);
        if (processId > 0 && signalProcess(identity, 'SIGTERM')) await untilGone(identity, 5000);
      }
    });
  }

  /** Runs one command to its end. */
  async run(...words: readonly string[]): Promise<Result> {
    const child = this.spawn(words);
    const output = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      output.stdout += chunk.toString('utf8');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output.stderr += chunk.toString('utf8');
    });
    const [code]: unknown[] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, ...output };
  }

  /** Starts a command that goes on. */
  spawn(words: readonly string[]): ChildProcess {
    const { PATH = '', XDG_CACHE_HOME, HOME = '' } = process.env;
    const cache = XDG_CACHE_HOME ?? join(HOME, '.cache');
    return spawn(process.execPath, [entry, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME: this.home, BENCHMARK_HOME: this.home, XDG_CACHE_HOME: cache, ...this.variables },
    });
  }

  /** Process id in a note of the run directory; 0 = no such note. */
  noted(name: 'daemon.json' | 'nats-server.json'): number {
    const path = join(this.directory, 'daemon', name);
    if (!existsSync(path)) return 0;
    return Number(/"processId":(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
  }

  log(address: string): string {
    return readFileSync(join(this.directory, 'logs', `daemon-${address}.log`), 'utf8');
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
