// Runs bin/opensearch-benchmark as a user does: in a process of its own, with a configuration directory of its own.
// Needs: minutes.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/package.ts';
import { writeFiles } from '../workload/temporary-files.ts';

const program = join(packageRoot, 'bin', 'opensearch-benchmark');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time of the process in ms. */
  readonly took: number;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Other program to run: a shell, `script`, … The words follow. */
  readonly program?: string;
}

/** A process that runs. */
export class BenchmarkProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  private stdout = '';
  private stderr = '';
  private readonly watchers = new Set<() => void>();

  constructor(home: Home, words: readonly string[], options: StartOptions) {
    const start = performance.now();
    this.child = spawn(options.program ?? program, words, {
      env: { ...cleanEnvironment(), BENCHMARK_HOME: home.directory, HOME: home.directory, ...options.env },
      cwd: home.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      for (const watcher of this.watchers) watcher();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code) => {
        resolve({ code, stdout: this.stdout, stderr: this.stderr, took: performance.now() - start });
        for (const watcher of this.watchers) watcher();
      });
    });
  }

  /** Resolves once standard output holds the pattern; fails if the process ends without it. */
  printed(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const isEnded = this.child.exitCode !== null || this.child.signalCode !== null;
        if (!pattern.test(this.stdout) && !isEnded) return;
        this.watchers.delete(look);
        if (pattern.test(this.stdout)) resolve();
        else reject(new Error(`It ended without ${pattern}:\n${this.stdout}\n${this.stderr}`));
      };
      this.watchers.add(look);
      look();
    });
  }
}

/** A configuration directory with what runs left in it. */
export class Home {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'osb-e2e-'));

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts);
  }

  /** Writes files below a new directory of this home; returns its path. */
  workload(name: string, files: Readonly<Record<string, string>>): string {
    const directory = this.path(name);
    mkdirSync(directory, { recursive: true });
    writeFiles(directory, files);
    return directory;
  }

  start(words: readonly string[], options: StartOptions = {}): BenchmarkProcess {
    return new BenchmarkProcess(this, words, options);
  }

  /** Runs to the end, and checks what holds for every run: no stack trace, no text that a programmer forgot. */
  async run(words: readonly string[], options: StartOptions = {}): Promise<Ended> {
    const ended = await this.start(words, options).ended;
    assertClean(ended);
    return ended;
  }

  /** Ids of the stored test runs. */
  testRunIds(): readonly string[] {
    const directory = this.path('.benchmark', 'benchmarks', 'test-runs');
    return existsSync(directory) ? readdirSync(directory).sort() : [];
  }

  /** A stored test run; the only one by default. */
  testRun(id?: string): TestRunDocument {
    const ids = this.testRunIds();
    if (id === undefined) assert.equal(ids.length, 1, `one test run: ${ids.join()}`);
    return JSON.parse(
      readFileSync(this.path('.benchmark', 'benchmarks', 'test-runs', id ?? ids[0] ?? '', 'test_run.json'), 'utf8'),
    );
  }

  /** The log. */
  log(): string {
    const file = this.path('.benchmark', 'logs', 'benchmark.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Files below the data directory, relative to it. */
  dataFiles(): readonly string[] {
    const directory = this.path('.benchmark', 'benchmarks', 'data');
    return existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String).sort() : [];
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A home for one test. */
export function temporaryHome(context: { after(release: () => void): void }): Home {
  const home = new Home();
  context.after(() => home.dispose());
  return home;
}

/** What tests read of `test_run.json`. */
export interface TestRunDocument {
  readonly 'test-run-id': string;
  readonly workload: string;
  readonly 'user-tags': Readonly<Record<string, string>>;
  readonly 'workload-params'?: Readonly<Record<string, unknown>>;
  readonly results?: {
    readonly op_metrics: readonly OpMetrics[];
    readonly endpoints: readonly {
      readonly endpoint: string;
      readonly requests: number;
      readonly errors: number;
      readonly connection_failures: number;
    }[];
    readonly [name: string]: unknown;
  };
  readonly [name: string]: unknown;
}

export interface OpMetrics {
  readonly task: string;
  readonly operation: string;
  readonly throughput: {
    readonly mean: number | null;
    readonly min: number | null;
    readonly max: number | null;
    readonly unit: string;
  };
  readonly service_time: Readonly<Record<string, number>>;
  readonly latency: Readonly<Record<string, number>>;
  readonly error_rate: number;
  readonly duration: number;
  readonly requests: number;
  readonly repeats: number;
  readonly connection_failures: number;
  readonly errors: number;
  readonly samples: number;
  readonly [name: string]: unknown;
  readonly documents?: {
    readonly total: number;
    readonly failed: number;
    readonly reasons: readonly { readonly kind: string; readonly count: number; readonly example: string }[];
  };
}

/** The figures of a task; fails if the run has none. */
export function taskOf(testRun: TestRunDocument, task: string): OpMetrics {
  const found = testRun.results?.op_metrics.find((metrics) => metrics.task === task);
  assert.ok(found, `results of ${task} among ${testRun.results?.op_metrics.map((metrics) => metrics.task).join()}`);
  return found;
}

/** Nothing in the output that only a programmer could want to see. */
export function assertClean({ stdout, stderr }: Ended): void {
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, /^\s+at .+(:\d+:\d+|<anonymous>)\)?$/m, 'stack trace');
    assert.doesNotMatch(text, /node:internal|\[object Object\]|\bundefined\b|\bNaN\b|Warning: /);
  }
}

/** A failure as it must look: exit code 64, one message on standard error, its code, no results. */
export function assertFailure(ended: Ended, code: string, message: RegExp): void {
  assertClean(ended);
  const { stdout, stderr } = ended;
  assert.equal(ended.code, 64, `exit code; ${stderr}`);
  assert.match(stderr, message);
  assert.match(stderr, /^\[ERROR\] ❌ Cannot [a-z-]+\. /);
  assert.equal(stderr.match(/\[ERROR\]/g)?.length, 1, `one message: ${stderr}`);
  assert.match(stdout, new RegExp(`error code ${code} `), stderr);
  assert.match(stdout, /❌ FAILURE \(took \d+ seconds\)/);
  assert.doesNotMatch(stdout, /SUCCESS/);
}

/** The environment without what would change the program's behaviour. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OSB_|AWS_|BENCHMARK_|COLUMNS$|NO_COLOR$|FORCE_COLOR$|NODE_|TERM$|https?_proxy$)/i.test(name),
  );
  return Object.fromEntries(kept);
}
