// Load that lasts, a target that counts it, and runs whose words are timed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchmarkProcess, Ended } from '../benchmark-process.ts';
import { type FakeOpenSearch, sendJson, startFakeOpenSearch } from '../fake-opensearch.ts';
import { rootRequest, workloadJson } from '../small-workloads.ts';

/** A short task that is done before, then requests of `/steady` at an even rate for so many seconds. */
export const steadyWorkload = (seconds: number, rate = 100, clients = 4): string =>
  workloadJson({
    schedule: [
      { ...Object(rootRequest(1)), name: 'done-before' },
      {
        name: 'steady',
        operation: { name: 'steady', 'operation-type': 'raw-request', path: '/steady' },
        clients,
        'target-throughput': rate,
        'time-period': seconds,
      },
    ],
  });

/** Counts the requests of `/steady`. */
export class SteadyTarget {
  readonly host: string;
  private readonly server: FakeOpenSearch;
  private readonly times: number[];

  private constructor(server: FakeOpenSearch, times: number[]) {
    this.server = server;
    this.times = times;
    this.host = server.host;
  }

  static async start(): Promise<SteadyTarget> {
    const times: number[] = [];
    const server = await startFakeOpenSearch((request, response) => {
      if (request.url !== '/steady') return false;
      times.push(performance.now());
      sendJson(response, 200, {});
      return true;
    });
    return new SteadyTarget(server, times);
  }

  get count(): number {
    return this.times.length;
  }

  /** Reading of `performance.now()` at the last request. */
  get last(): number {
    return this.times.at(-1) ?? 0;
  }

  /** Resolves once so many requests have come since the call. */
  async loaded(count = 30): Promise<void> {
    const from = this.count;
    await until(() => this.count >= from + count, 20_000, `${count} requests after ${from}`);
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

/** Waits until something is so that no event tells. */
export async function until(isSo: () => boolean, patienceMillis: number, what: string): Promise<void> {
  for (const end = performance.now() + patienceMillis; !isSo(); await sleep(20)) {
    if (performance.now() > end) throw new Error(`Not within ${patienceMillis} ms: ${what}`);
  }
}

/** A run of which is known when it said what. */
export class TimedRun {
  readonly process: BenchmarkProcess;
  readonly ended: Promise<Ended>;
  /** Reading of `performance.now()` at its end; 0 = it goes on. */
  endedAt = 0;
  private text = '';
  private readonly lines: { readonly end: number; readonly at: number }[] = [];

  constructor(process: BenchmarkProcess) {
    this.process = process;
    for (const stream of [process.child.stdout, process.child.stderr]) {
      stream?.on('data', (chunk: string | Buffer) => {
        this.text += chunk.toString();
        this.lines.push({ end: this.text.length, at: performance.now() });
      });
    }
    this.ended = process.ended.then((ended) => {
      this.endedAt = performance.now();
      return ended;
    });
  }

  /** Waits for words on either stream; the reading of `performance.now()` when they came. */
  async said(pattern: RegExp, patienceMillis = 30_000): Promise<number> {
    for (const end = performance.now() + patienceMillis; ; await sleep(10)) {
      const place = pattern.exec(this.text);
      if (place !== null) return this.lines.find((line) => line.end > place.index)?.at ?? 0;
      if (this.endedAt > 0 || performance.now() > end) throw new Error(`It did not say ${pattern}:\n${this.text}`);
    }
  }
}
