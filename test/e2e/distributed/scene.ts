// A coordinator and workers on 127.0.0.1, 127.0.0.2, …, a target that counts, and everything ended afterwards.
import assert from 'node:assert/strict';
import { SteadyTarget, steadyWorkload, TimedRun } from './load.ts';
import { freePort, Machine } from './machine.ts';

export interface SceneOptions {
  readonly workers?: number;
  readonly onEnd: (release: () => Promise<void>) => void;
}

export class Scene {
  readonly coordinator: Machine;
  readonly workers: readonly Machine[];
  readonly target: SteadyTarget;
  readonly port: number;
  private readonly runs: TimedRun[] = [];
  private workloads = 0;

  private constructor(target: SteadyTarget, port: number, workers: number) {
    this.target = target;
    this.port = port;
    this.coordinator = new Machine({ address: '127.0.0.1' });
    this.workers = Array.from({ length: workers }, (_, index) => new Machine({ address: `127.0.0.${index + 2}` }));
  }

  static async open({ workers = 2, onEnd }: SceneOptions): Promise<Scene> {
    const scene = new Scene(await SteadyTarget.start(), await freePort(), workers);
    onEnd(() => scene.close());
    await scene.coordinator.startDaemon('127.0.0.1', `--port=${scene.port}`);
    await Promise.all(scene.workers.map((worker) => scene.join(worker)));
    return scene;
  }

  /** Starts the daemon of a worker. */
  join(worker: Machine): Promise<void> {
    return worker.startDaemon('127.0.0.1', `--port=${this.port}`);
  }

  worker(index: number): Machine {
    const worker = this.workers[index];
    assert.ok(worker);
    return worker;
  }

  /** Runs the steady load for so many seconds on all workers, or on those listed. */
  run(seconds: number, id: string, ...more: readonly string[]): TimedRun {
    this.workloads += 1;
    const path = this.coordinator.home.workload(`steady-${this.workloads}`, {
      'workload.json': steadyWorkload(seconds),
    });
    const words = [
      'execute-test',
      '--pipeline=benchmark-only',
      `--workload-path=${path}`,
      `--target-hosts=${this.target.host}`,
    ];
    const workers = more.some((word) => word.startsWith('--worker-ips'))
      ? []
      : [`--worker-ips=${this.workers.map(({ address }) => address).join()}`];
    const run = new TimedRun(this.coordinator.benchmark(...words, ...workers, `--test-run-id=${id}`, ...more));
    this.runs.push(run);
    return run;
  }

  /** A short run that has to succeed, to the last request. */
  async runsWell(id: string, ...more: readonly string[]): Promise<void> {
    const before = this.target.count;
    const { code, stderr } = await this.run(1, id, ...more).ended;
    assert.equal(code, 0, stderr);
    assert.equal(this.requests(id), this.target.count - before);
  }

  /** Requests of the steady task that a stored run states. */
  requests(id: string): number {
    return this.coordinator.home.testRun(id).results?.op_metrics.find(({ task }) => task === 'steady')?.requests ?? 0;
  }

  private async close(): Promise<void> {
    for (const { process } of this.runs) process.child.kill('SIGKILL');
    await Promise.all([...this.workers, this.coordinator].map((machine) => machine.dispose()));
    await this.target.close();
  }
}
