// The processes of the benchmark: the canned target, the driver and wrk. The target has a core of its own; the others
// take turns on another one.
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DriverOrder, StepFigures } from './driver.ts';

const TARGET_CORE = '0';
/** The core that the driver and wrk take turns on. */
export const DRIVER_CORE = '1';
/** Path of the request that wrk sends. */
export const SEARCH_PATH = '/bench/_search';
/** Body of the request that wrk sends. */
export const QUERY = '{"query":{"match_all":{}}}';

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs `use` with the port of a canned target, and ends the target afterwards. */
export async function withTarget<T>(args: readonly string[], use: (port: number) => Promise<T>): Promise<T> {
  const child = spawn('taskset', ['-c', TARGET_CORE, process.execPath, script('./target.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(child.stdout, 'data');
    const port = /listening on (\d+)/.exec(String(line))?.[1];
    if (port === undefined) throw new Error(`The target said: ${line}`);
    return await use(Number(port));
  } finally {
    child.kill();
  }
}

/** A driver process; {@link Driver.step} runs its next step. */
export class Driver {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(order: DriverOrder): Promise<Driver> {
    const child = fork(script('./driver.js'), { execPath: 'taskset', execArgv: ['-c', DRIVER_CORE, process.execPath] });
    child.send(order);
    await once(child, 'message');
    return new Driver(child);
  }

  /** Resident memory of the process in MiB, as Linux counts it. */
  residentMebibytes(): number {
    const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1];
    return Number(kibibytes) / 1024;
  }

  async step(): Promise<StepFigures> {
    const answer = once(this.child, 'message');
    this.child.send('step');
    const [figures]: StepFigures[] = await answer;
    if (figures === undefined) throw new Error('The driver gave no figures.');
    return figures;
  }

  end(): void {
    this.child.send('end');
  }
}

/** What was done in a second and what it cost. */
export interface RoundFigures {
  readonly requests: number;
  /** CPU time (user and system) in microseconds. */
  readonly cpuMicros: number;
}

/** CPU time of one request, in microseconds. */
export const microsPerRequest = (figures: RoundFigures): number => figures.cpuMicros / figures.requests;

let wrkScript: string | null = null;

/** Lets wrk send searches for a second. */
export function runWrk(port: number, connections: number, useTls: boolean): Promise<RoundFigures> {
  if (wrkScript === null) {
    wrkScript = join(mkdtempSync(join(tmpdir(), 'osb-bench-')), 'search.lua');
    writeFileSync(
      wrkScript,
      `wrk.method = "POST"\nwrk.body = '${QUERY}'\nwrk.headers["content-type"] = "application/json"\n`,
    );
  }
  const url = `${useTls ? 'https' : 'http'}://127.0.0.1:${port}${SEARCH_PATH}`;
  const wrk = `wrk -t1 -c${connections} -d1s -s ${wrkScript} ${url}`;
  const command = `TIMEFORMAT='cpu %U %S'; time taskset -c ${DRIVER_CORE} ${wrk}`;
  return new Promise((resolve, reject) => {
    execFile('bash', ['-c', command], (error, out, err) => {
      const requests = /(\d+) requests in/.exec(out)?.[1];
      const cpu = /cpu ([\d.]+) ([\d.]+)/.exec(err);
      if (error !== null || requests === undefined || cpu === null)
        reject(error ?? new Error(`wrk said: ${out}${err}`));
      else resolve({ requests: Number(requests), cpuMicros: (Number(cpu[1]) + Number(cpu[2])) * 1e6 });
    });
  });
}

/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
