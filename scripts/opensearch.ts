// Provides, starts and stops a real OpenSearch. It is a function for tests, and a command:
//
//   node dist/scripts/opensearch.js start | fetch | run [--plugin <name>] [--setting <name>=<value>] -- <command>
//
// Needs: a JDK.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  asServerUser,
  type Distribution,
  isRoot,
  PLUGINS,
  type PluginName,
  pluginName,
  provideDistribution,
  UNPRIVILEGED_USER,
} from './opensearch-distribution.ts';

/** How a server is started. */
export interface OpenSearchOptions {
  /** The port for HTTP. The default 0 stands for any free one. */
  readonly port?: number;
  /**
   * Addresses of this machine on which it listens. Default: 127.0.0.1. The server has no password, so name no address
   * that others can reach.
   */
  readonly hosts?: readonly string[];
  /** Directory for data, logs and configuration. Default: a temporary one, which `stop` removes. */
  readonly directory?: string;
  /** Size of the heap of the JVM. Default: `512m`. */
  readonly heap?: string;
  /** Plug-ins to be installed. Which release runs depends on them. Default: none. */
  readonly plugins?: readonly PluginName[];
  /** Further lines of `opensearch.yml`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Always off: the distribution has no security plug-in. */
  readonly security?: false;
}

/** A server that runs. */
export interface OpenSearchServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly pid: number;
  readonly logFile: string;
  /** Ends the server and removes its temporary directory. Further calls do nothing more. */
  stop(): Promise<void>;
}

/** The variable in which `run` tells its command the address of the server, for {@link sharedOpenSearch}. */
const URL_VARIABLE = 'OSB_TEST_OPENSEARCH_URL';
const START_LIMIT_MILLIS = 180_000;
const STOP_LIMIT_MILLIS = 15_000;

/**
 * Starts a server as an unprivileged user and waits until it answers. On Linux it dies with this process, however that
 * ends. Snapshot repositories of type `fs` work with any relative `location`. The first call on a machine fetches the
 * distribution. Throws an error with the last lines of the log if the
 * server does not come up.
 */
export async function startOpenSearch(options: OpenSearchOptions = {}): Promise<OpenSearchServer> {
  const distribution = provideDistribution(options.plugins);
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'opensearch-'));
  const isTemporary = options.directory === undefined;
  const removeFiles = (): void => {
    if (isTemporary) rmSync(directory, { recursive: true, force: true });
  };
  const logFile = join(directory, 'console.log');
  let child: ChildProcess | undefined;
  try {
    prepareDirectory(directory, distribution, options);
    child = launch(directory, distribution, logFile);
    const port = await untilListening(child, directory, logFile);
    const url = `http://${options.hosts?.[0] ?? '127.0.0.1'}:${port}`;
    await untilHealthy(url);
    return serverOf(child, { url, port, version: distribution.version, logFile }, removeFiles);
  } catch (error) {
    if (child !== undefined) await end(child);
    removeFiles();
    throw error;
  }
}

/** The server that `run` has started, which other tests use, too. Without `run`, a new server with default options. */
export async function sharedOpenSearch(): Promise<Pick<OpenSearchServer, 'url' | 'port' | 'stop'>> {
  const url = process.env[URL_VARIABLE];
  if (url === undefined || url === '') return startOpenSearch();
  return { url, port: Number(new URL(url).port), stop: async () => undefined };
}

function prepareDirectory(directory: string, distribution: Distribution, options: OpenSearchOptions): void {
  for (const name of ['config', 'data', 'logs', 'tmp', 'repositories'])
    mkdirSync(join(directory, name), { recursive: true });
  const config = join(directory, 'config');
  cpSync(join(distribution.home, 'config'), config, { recursive: true });
  const hosts = options.hosts ?? ['127.0.0.1'];
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'cluster.name': 'opensearch-benchmark-test',
    'node.name': 'test-node',
    'discovery.type': 'single-node',
    'network.host': `[${hosts.map((host) => JSON.stringify(host)).join(', ')}]`,
    'http.port': options.port ?? 0,
    'transport.host': '127.0.0.1',
    'transport.port': 0,
    // Makes the server write the ports that the system chose into a file.
    'node.portsfile': true,
    'path.data': JSON.stringify(join(directory, 'data')),
    'path.logs': JSON.stringify(join(directory, 'logs')),
    'path.repo': JSON.stringify(join(directory, 'repositories')),
    // Otherwise indices become read-only on a disk that is nearly full, as those of developers often are.
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  writeFileSync(join(config, 'opensearch.yml'), lines.join(''));
  writeFileSync(join(config, 'jvm.options'), jvmOptions(distribution.home, directory, options.heap ?? '512m'));
  if (isRoot()) spawnSync('chown', ['-R', `${UNPRIVILEGED_USER}:nogroup`, directory]);
}

/**
 * The JVM options of the distribution, with another heap and without the files that it would write into its own
 * directory.
 */
function jvmOptions(home: string, directory: string, heap: string): string {
  const kept = readFileSync(join(home, 'config/jvm.options'), 'utf8')
    .split('\n')
    .filter((line) => !/^(#|$|-Xm[sx]|.*-Xlog|.*gc\.log|.*HeapDump|.*ErrorFile)/.test(line));
  return [...kept, `-Xms${heap}`, `-Xmx${heap}`, `-XX:ErrorFile=${join(directory, 'logs/hs_err_pid%p.log')}`, ''].join(
    '\n',
  );
}

function launch(directory: string, distribution: Distribution, logFile: string): ChildProcess {
  const log = openSync(logFile, 'a');
  const [program = '', ...args] = asServerUser([join(distribution.home, 'bin/opensearch')]);
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: directory,
      JAVA_HOME: distribution.javaHome,
      OPENSEARCH_JAVA_HOME: distribution.javaHome,
      OPENSEARCH_PATH_CONF: join(directory, 'config'),
      OPENSEARCH_TMPDIR: join(directory, 'tmp'),
    },
  });
  closeSync(log);
  return child;
}

/** Waits for the file in which the server states its ports. */
async function untilListening(child: ChildProcess, directory: string, logFile: string): Promise<number> {
  const portsFile = join(directory, 'logs', 'http.ports');
  const waiting = new AbortController();
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(START_LIMIT_MILLIS)]);
  const failed = new Promise<never>((_, reject) => {
    const fail = (why: string): void =>
      reject(new Error(`OpenSearch ${why}. The end of its log:\n${lastLines(logFile)}`));
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    child.once('exit', (code, killer) => fail(`ended with ${killer ?? `exit code ${code}`} while it was starting`));
    signal.addEventListener('abort', () => fail(`did not listen within ${START_LIMIT_MILLIS / 1000} s`), {
      once: true,
    });
  });
  const listening = new Promise<void>((resolve) => {
    const watcher = watch(join(directory, 'logs'), { signal }, () => {
      if (existsSync(portsFile)) resolve();
    });
    // The watcher fails when it is aborted. The reason for that is reported above.
    watcher.on('error', () => undefined);
    if (existsSync(portsFile)) resolve();
  });
  try {
    await Promise.race([listening, failed]);
  } finally {
    failed.catch(() => undefined);
    waiting.abort();
  }
  const address = readFileSync(portsFile, 'utf8').trim().split('\n')[0] ?? '';
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

async function untilHealthy(url: string): Promise<void> {
  const response = await fetch(`${url}/_cluster/health?wait_for_status=yellow&timeout=60s`);
  if (!response.ok) throw new Error(`OpenSearch at ${url} is not healthy: ${await response.text()}`);
}

function serverOf(
  child: ChildProcess,
  facts: Omit<OpenSearchServer, 'pid' | 'stop'>,
  removeFiles: () => void,
): OpenSearchServer {
  let stopping: Promise<void> | undefined;
  return {
    ...facts,
    pid: child.pid ?? 0,
    stop: () => {
      stopping ??= end(child).then(removeFiles);
      return stopping;
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MILLIS);
  await gone;
  clearTimeout(impatience);
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-25).join('\n') : '(no log)';
}

const USAGE = `Usage: node dist/scripts/opensearch.js start | fetch | run [option …] [-- <command> [<argument> …]]
  start   starts an OpenSearch, prints its address, and stops it on Ctrl-C
  fetch   only provides the distribution
  run     starts one, runs a command with ${URL_VARIABLE} set to its address, and stops it;
          {url} and {host} in the arguments stand for the address
Options, each of which may be repeated:
  --plugin <name>             installs a plug-in: ${PLUGINS.join(', ')}
  --setting <name>=<value>    adds a line to opensearch.yml
`;

/** What the command line asks for. */
interface Invocation {
  readonly verb: 'start' | 'fetch' | 'run';
  readonly plugins: readonly PluginName[];
  readonly settings: Readonly<Record<string, string>>;
  /** The command that `run` runs; empty for the other verbs. */
  readonly command: readonly string[];
}

/** `null` if the command line is not one that {@link USAGE} describes. Throws for a plug-in that is not known. */
function readCommandLine(args: readonly string[]): Invocation | null {
  const separator = args.indexOf('--');
  const command = separator === -1 ? [] : args.slice(separator + 1);
  const [verb, ...options] = separator === -1 ? args : args.slice(0, separator);
  if (verb !== 'start' && verb !== 'fetch' && verb !== 'run') return null;
  if ((verb === 'run') !== command.length > 0 || options.length % 2 === 1) return null;
  const plugins: PluginName[] = [];
  const settings: Record<string, string> = {};
  for (let index = 0; index < options.length; index += 2) {
    const value = options[index + 1] ?? '';
    const [, key = '', text = ''] = /^([^=]+)=(.*)$/.exec(value) ?? [];
    if (options[index] === '--plugin') plugins.push(pluginName(value));
    else if (options[index] === '--setting' && key !== '') settings[key] = text;
    else return null;
  }
  return { verb, plugins, settings, command };
}

async function main(args: readonly string[]): Promise<number> {
  const invocation = readCommandLine(args);
  if (invocation === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { verb, plugins, settings, command } = invocation;
  if (verb === 'fetch') {
    const { version, home, javaHome } = provideDistribution(plugins);
    process.stdout.write(`OpenSearch ${version} in ${home}, to be run by ${javaHome}\n`);
    return 0;
  }
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(130));
  });
  process.stderr.write('Starting an OpenSearch …\n');
  const starting = startOpenSearch({ heap: process.env.OSB_TEST_OPENSEARCH_HEAP ?? '1g', plugins, settings });
  const server = await Promise.race([starting, interrupted]);
  if (typeof server === 'number') {
    await starting.then((late) => late.stop());
    return server;
  }
  try {
    process.stderr.write(
      `OpenSearch ${server.version} listens on ${server.url} (process ${server.pid}, log ${server.logFile})\n`,
    );
    if (verb !== 'run') {
      process.stdout.write(`${server.url}\n`);
      return await interrupted;
    }
    return await runCommand(command, server, interrupted);
  } finally {
    await server.stop();
  }
}

/**
 * Runs a command in the terminal of this process and returns its exit code. Ctrl-C reaches both, and this process waits
 * until the command has ended.
 */
async function runCommand(
  command: readonly string[],
  server: OpenSearchServer,
  interrupted: Promise<number>,
): Promise<number> {
  const { host } = new URL(server.url);
  const [program = '', ...args] = command.map((part) =>
    part.replaceAll('{url}', server.url).replaceAll('{host}', host),
  );
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, [URL_VARIABLE]: server.url } });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
  void interrupted.then(() => child.kill('SIGTERM'));
  return ended;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
