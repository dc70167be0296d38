// Machines of a distributed run as processes see them: each with a home, an address and a daemon of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../src/package.ts';
import { isSameProcess, type ProcessIdentity, signalProcess, untilGone } from '../../../src/process-identity.ts';
import { assertClean, type BenchmarkProcess, type Ended, Home } from '../benchmark-process.ts';

export interface MachineOptions {
  readonly address: string;
  /** Network namespace that its processes live in; default: this one. */
  readonly namespace?: string;
  /** Seconds by which its monotonic clock is ahead of ours. */
  readonly clockShift?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the program is installed. */
  readonly programs?: string;
}

export class Machine {
  readonly address: string;
  readonly home: Home;
  private readonly options: MachineOptions;

  constructor(options: MachineOptions, home = new Home()) {
    this.options = options;
    this.address = options.address;
    this.home = home;
  }

  /** The same machine, seen otherwise. */
  with(options: Partial<MachineOptions>): Machine {
    return new Machine({ ...this.options, ...options }, this.home);
  }

  /** Types `opensearch-benchmarkd …` and waits for its end. */
  async daemon(...words: readonly string[]): Promise<Ended> {
    const ended = await this.type('opensearch-benchmarkd', words, this.options.clockShift ?? 0).ended;
    assertClean(ended);
    return ended;
  }

  /** Types `opensearch-benchmarkd start …`, which has to succeed. */
  async startDaemon(coordinator: string, ...more: readonly string[]): Promise<void> {
    const { code, stderr } = await this.daemon(
      'start',
      `--node-ip=${this.address}`,
      `--coordinator-ip=${coordinator}`,
      ...more,
    );
    assert.equal(code, 0, stderr);
  }

  /** Types `opensearch-benchmark …`. */
  benchmark(...words: readonly string[]): BenchmarkProcess {
    return this.type('opensearch-benchmark', words, 0);
  }

  get daemonProcess(): ProcessIdentity {
    return this.noted('daemon.json');
  }

  get natsProcess(): ProcessIdentity {
    return this.noted('nats-server.json');
  }

  /** Is its daemon alive, and is its nats-server? */
  get living(): { readonly daemon: boolean; readonly nats: boolean } {
    return { daemon: isSameProcess(this.daemonProcess), nats: isSameProcess(this.natsProcess) };
  }

  /** The log of its daemon. */
  log(): string {
    return readFileSync(this.home.path('.benchmark', 'logs', `daemon-${this.address}.log`), 'utf8');
  }

  /** What it kept of a run whose coordinator was gone; `null` = nothing. */
  remains(testRunId: string): OrphanReport | null {
    const path = this.home.path('.benchmark', 'benchmarks', 'test-runs', testRunId, `node-${this.address}.json`);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  }

  /** Ends what it runs, and removes its home. */
  async dispose(): Promise<void> {
    for (const identity of [this.daemonProcess, this.natsProcess]) {
      // A frozen one would not hear it.
      signalProcess(identity, 'SIGCONT');
      if (signalProcess(identity, 'SIGTERM') && !(await untilGone(identity, 5000))) signalProcess(identity, 'SIGKILL');
    }
    this.home.dispose();
  }

  private type(program: string, words: readonly string[], clockShift: number): BenchmarkProcess {
    const { namespace, env = {}, programs = packageRoot } = this.options;
    const shift = clockShift === 0 ? [] : ['unshare', '--time', '--fork', '--monotonic', String(clockShift)];
    const place = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
    const [first = '', ...rest] = [...place, ...shift, join(programs, 'bin', program), ...words];
    return this.home.start(rest, { program: first, env: { PATH: pathWithNats(), ...env } });
  }

  /** As the daemon wrote it down: another process that has got the same id since is none of ours. */
  private noted(name: string): ProcessIdentity {
    const path = this.home.path('.benchmark', 'daemon', name);
    if (!existsSync(path)) return { processId: 0, start: null };
    const note = JSON.parse(readFileSync(path, 'utf8'));
    return note.process ?? note;
  }
}

/** The last report of a node. */
export interface OrphanReport {
  readonly 'test-run-id': string;
  readonly node: string;
  readonly reason: string;
  readonly partial: boolean;
  readonly totals: readonly { readonly task: string; readonly requests: number }[];
  readonly 'last-reports': readonly unknown[];
}

let natsDirectory: string | null = null;

/** The search path with the nats-server that the set-up provides. */
export function pathWithNats(): string {
  natsDirectory ??= dirname(execFileSync(join(packageRoot, 'scripts', 'nats-server'), { encoding: 'utf8' }).trim());
  return `${natsDirectory}:${process.env.PATH ?? ''}`;
}

/** A port that nobody listens on, on none of the addresses of this machine. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}
