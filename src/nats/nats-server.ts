// Supervises the nats-server: a child process that is started again when it dies, and that never outlives this process.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchmarkError } from '../errors.ts';
import { identify, isSameProcess, type ProcessIdentity, signalProcess, untilGone } from '../process-identity.ts';
import { type NatsConfig, natsConfig } from './nats-config.ts';
import { portInUse } from './port-in-use.ts';
import { writePrivateFile } from './private-files.ts';

/** What a supervised server needs. */
export interface NatsServerOptions {
  /** Path of the nats-server program. */
  readonly binary: string;
  /**
   * A directory that only its owner may enter. It gets the configuration, the file with the port, and a note by which
   * the next start recognises a server that was left behind.
   */
  readonly directory: string;
  readonly config: Omit<NatsConfig, 'directory'>;
  readonly onEvent: (event: NatsServerEvent) => void;
}

/** What happens to a supervised server. */
export type NatsServerEvent =
  /** A warning or an error, mostly in the words of the server. Identities of nodes are masked. */
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'died'; readonly reason: string }
  | { readonly kind: 'restarted'; readonly processId: number };

/** How long a start may take; usually the server listens after 70 ms. */
const startPatienceMillis = 10_000;
const stopPatienceMillis = 3000;
const firstBackOffMillis = 50;
const longestBackOffMillis = 5000;
/** A server that lived this long was healthy, so the next restart happens after a short pause again. */
const healthyMillis = 10_000;
const keptLogLines = 20;
const toldPerMinute = 30;

/**
 * A shell script that turns into the server (`$0 -c $1`), which so keeps the process id of the shell. Before that it
 * starts a watcher, which reads from descriptor 3, a pipe from the supervisor. A line there means that the server has
 * ended, and the watcher ends as well. The end of the pipe means that the supervisor has ended, even by kill -9, and
 * the watcher ends the server.
 */
const launcher = `{ read -r _ <&3 || kill -TERM $$; } >/dev/null 2>&1 &
exec 3<&-
exec "$0" -c "$1"`;

/** A nats-server that is kept running until it is stopped. */
export class NatsServer {
  private readonly options: NatsServerOptions;
  private child: ChildProcess | null = null;
  private log: string[] = [];
  private listeningPort = 0;
  private isStopping = false;
  private backOff = firstBackOffMillis;
  private startedAt = 0;
  private told = 0;
  private toldSince = Number.NEGATIVE_INFINITY;
  private readonly stopped = new AbortController();

  private constructor(options: NatsServerOptions) {
    this.options = options;
  }

  /**
   * Ends a server that a daemon of this directory left behind when it died, and starts a new one. Resolves when it
   * listens. Fails with FLEET, and with DISK if its files cannot be written.
   */
  static async start(options: NatsServerOptions): Promise<NatsServer> {
    await endLeftover(options.directory);
    const server = new NatsServer(options);
    try {
      await server.launch();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The port on which the server listens. It stays the same over restarts. */
  get port(): number {
    return this.listeningPort;
  }

  /** Process id of the server that runs now, or ran last; 0 = it could not be started. */
  get processId(): number {
    return this.child?.pid ?? 0;
  }

  /** Ends the server, by force if it takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.stopped.abort();
    const { child } = this;
    if (child !== null && child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), stopPatienceMillis);
      await ended;
      clearTimeout(impatience);
    }
    rmSync(noteIn(this.options.directory), { force: true });
  }

  private async launch(): Promise<void> {
    const { directory, config, binary } = this.options;
    const configFile = join(directory, 'nats-server.conf');
    const port = this.listeningPort !== 0 ? this.listeningPort : config.port;
    writePrivateFile(configFile, natsConfig({ ...config, port, directory }));
    removePortsFiles(directory);
    this.log = [];
    const child = spawn('/bin/sh', ['-c', launcher, binary, configFile], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      // The server gets a session of its own, so that Ctrl-C reaches only this process, which ends the server when the
      // load has ended.
      detached: true,
      env: {},
      cwd: directory,
    });
    this.child = child;
    this.startedAt = performance.now();
    const died = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    void died.then((reason) => this.onDeath(child, reason));
    child.stderr?.on('data', (chunk: Buffer) => this.onLog(chunk.toString('utf8')));
    child.stdio[3]?.on('error', () => undefined);
    if (child.pid !== undefined) writePrivateFile(noteIn(directory), `${JSON.stringify(identify(child.pid))}\n`);
    await this.untilListening(child, died);
  }

  private async untilListening(child: ChildProcess, died: Promise<string>): Promise<void> {
    let reason: string | null = null;
    void died.then((why) => {
      reason = why;
    });
    const file = join(this.options.directory, `nats-server_${child.pid}.ports`);
    for (let waited = 0; waited < startPatienceMillis; waited += 10) {
      const port = portIn(file);
      if (port !== null) {
        this.listeningPort = port;
        return;
      }
      if (reason !== null) throw this.startFailure(reason);
      await sleep(10);
    }
    throw this.startFailure(`it did not listen within ${startPatienceMillis / 1000} s`);
  }

  private startFailure(reason: string): BenchmarkError {
    const { host, port } = this.options.config;
    const text = this.log.join('\n');
    if (/address already in use/i.test(text)) {
      return portInUse(host, port);
    }
    if (/cannot assign requested address/i.test(text)) {
      return new BenchmarkError('FLEET', `${host} is not an address of this machine.`, {
        hint: 'Give --coordinator-ip an address of the coordinator.',
      });
    }
    const detail = this.log.at(-1);
    return new BenchmarkError('FLEET', `The nats-server ${this.options.binary} cannot be started: ${reason}.`, {
      cause: detail === undefined ? undefined : new Error(detail),
    });
  }

  private onLog(text: string): void {
    for (const line of text.split('\n')) {
      if (!/\[(?:ERR|WRN|FTL)\]|^nats-server:/.test(line)) continue;
      // Users and subjects hold identities of nodes, and those are secrets.
      const message = line.replace(/^\[\d+\]\s*/, '').replace(/[A-Za-z0-9_-]{22,}/g, '*****');
      this.log.push(message);
      if (this.log.length > keptLogLines) this.log.shift();
      if (this.mayTell()) this.options.onEvent({ kind: 'log', text: message });
    }
  }

  /**
   * May another line of the server be told? Each attempt of a stranger makes the server write one, so their number in a
   * minute is bounded.
   */
  private mayTell(): boolean {
    const now = performance.now();
    if (now - this.toldSince > 60_000) {
      const untold = this.told - toldPerMinute;
      if (untold > 0) this.options.onEvent({ kind: 'log', text: `${untold} more lines like these were left out.` });
      this.toldSince = now;
      this.told = 0;
    }
    return this.told++ < toldPerMinute;
  }

  private onDeath(child: ChildProcess, reason: string): void {
    const guard = child.stdio[3];
    if (guard !== null && guard !== undefined && 'end' in guard) guard.end('ended\n');
    if (this.isStopping || this.child !== child || this.listeningPort === 0) return;
    this.options.onEvent({ kind: 'died', reason });
    if (performance.now() - this.startedAt > healthyMillis) this.backOff = firstBackOffMillis;
    void this.restart();
  }

  private async restart(): Promise<void> {
    const delay = this.backOff;
    this.backOff = Math.min(longestBackOffMillis, delay * 2);
    try {
      await sleep(delay, undefined, { signal: this.stopped.signal });
      await this.launch();
      this.options.onEvent({ kind: 'restarted', processId: this.processId });
    } catch (error) {
      if (this.isStopping) return;
      // If the server has died, onDeath reports it and starts it again. Only a server that hangs has to be killed here.
      this.options.onEvent({ kind: 'log', text: error instanceof Error ? error.message : String(error) });
      this.child?.kill('SIGKILL');
    }
  }
}

const noteIn = (directory: string): string => join(directory, 'nats-server.json');

/**
 * Ends a server that an earlier daemon of this directory has left behind, if the note proves that the process is that
 * server.
 */
async function endLeftover(directory: string): Promise<void> {
  const identity = readNote(directory);
  if (identity === null || !isSameProcess(identity)) return;
  signalProcess(identity, 'SIGTERM');
  if (await untilGone(identity, stopPatienceMillis)) return;
  signalProcess(identity, 'SIGKILL');
  await untilGone(identity, stopPatienceMillis);
}

function readNote(directory: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(noteIn(directory), 'utf8'));
    if (typeof value !== 'object' || value === null || !('processId' in value) || !('start' in value)) return null;
    return typeof value.processId === 'number' && typeof value.start === 'string'
      ? { processId: value.processId, start: value.start }
      : null;
  } catch {
    // Without a readable note no process is provably that server.
    return null;
  }
}

function removePortsFiles(directory: string): void {
  for (const name of readdirSync(directory))
    if (name.endsWith('.ports')) rmSync(join(directory, name), { force: true });
}

function portIn(file: string): number | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const found = /:(\d+)"/.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}
