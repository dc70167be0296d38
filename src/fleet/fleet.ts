// Drives all nodes of a test run together. Each step has one common start and one join point for all of them, whether
// the fleet is this machine alone or many machines.
import { BenchmarkError } from '../errors.ts';
import type { WorkerReport } from '../metrics/report.ts';
import { sharesWithin, spreadClients } from '../schedule/allocation.ts';
import { Completion } from '../schedule/completion.ts';
import type { StepLevel } from '../schedule/level.ts';
import { processClock } from '../worker/messages.ts';
import type { FleetNode, FleetStep, NodeEvents, RunPlan } from './node.ts';

/** The nodes of a fleet, and what happens with their reports. */
export interface FleetOptions {
  readonly nodes: readonly FleetNode[];
  /** Merges a report into the results. If it throws, the run fails: a report that is left out would falsify them. */
  readonly onReport: (report: WorkerReport, node: FleetNode) => void;
  /** Hears when a step is going to start, as a reading of {@link processClock}. */
  readonly onStart?: (step: number, startAt: number) => void;
  /** Milliseconds between the start command and the start itself, so that the command arrives everywhere in time. */
  readonly startDelay: number;
}

/** A node that has clients, and the ids of those clients. */
interface Member {
  readonly node: FleetNode;
  readonly clients: ReadonlySet<number>;
}

/**
 * The nodes of one test run. Call {@link prepare} once, then {@link runStep} for each step in order, and {@link close}
 * at the end. The first failure of any node cancels all of them.
 */
export class Fleet {
  private readonly options: FleetOptions;
  private members: readonly Member[] = [];
  private steps: readonly FleetStep[] = [];
  private completion: Completion<FleetNode> | null = null;
  private failure: BenchmarkError | null = null;
  private isCancelled = false;
  /** What operations of the steps so far have left behind for later ones. */
  private readonly values = new Map<string, string>();

  constructor(options: FleetOptions) {
    this.options = options;
  }

  /**
   * Spreads the clients over the nodes in proportion to their cores and prepares each node. Throws the first
   * BenchmarkError of a node, after all nodes have answered.
   */
  async prepare(plan: RunPlan): Promise<void> {
    const { nodes } = this.options;
    const clients = plan.steps[0]?.rows.length ?? 0;
    const shares = spreadClients(
      clients,
      nodes.map(({ cores }) => cores),
    );
    this.steps = plan.steps;
    let firstWorker = 0;
    const prepared: Promise<void>[] = [];
    const members: Member[] = [];
    nodes.forEach((node, index) => {
      const workers = shares[index] ?? [];
      if (workers.length === 0) return;
      members.push({ node, clients: new Set(workers.flat()) });
      prepared.push(node.prepare({ run: plan, workers, firstWorker }, this.eventsOf(node)));
      firstWorker += workers.length;
    });
    this.members = members;
    await this.settle(prepared);
  }

  /**
   * Runs one step from its common start to its join point; does nothing after a cancellation. Throws the first
   * BenchmarkError of a node, after the others were cancelled and have sent their last reports. A step may be run
   * several times, each time at another `level`.
   */
  async runStep(index: number, level: StepLevel | null = null): Promise<void> {
    const step = this.steps[index];
    if (step === undefined || this.isCancelled) return;
    const nodes = this.members.filter((member) => clientsIn(step, member) > 0).map(({ node }) => node);
    await this.settle(nodes.map((node) => node.openStep(index, this.values, level)));
    const offsets = await Promise.all(nodes.map((node) => node.clockOffset()));
    if (this.isCancelled) return;
    this.completion = new Completion(step.completing, nodes, (node) => this.tasksOn(node, step));
    const start = processClock() + this.options.startDelay;
    this.options.onStart?.(index, start);
    await this.settle(nodes.map((node, position) => node.runStep(index, start + (offsets[position] ?? 0))));
  }

  /**
   * Lets so many clients of a step send, spread evenly over the nodes that are there, and pauses the others. A step
   * that does not run is not concerned.
   */
  activate(index: number, clients: number): void {
    const step = this.steps[index];
    if (step === undefined || this.isCancelled) return;
    const members = this.members.filter(({ node }) => !node.isLost);
    const shares = sharesWithin(
      clients,
      members.map((member) => clientsIn(step, member)),
    );
    members.forEach(({ node }, position) => {
      node.activate(index, shares[position] ?? 0);
    });
  }

  /** Ends a step early everywhere, after the requests under way. */
  completeStep(index: number): void {
    for (const { node } of this.members) node.completeStep(index);
  }

  /** Writes the CPU profiles of all load threads, if they are taken; returns where they are, node by node. */
  async writeProfiles(): Promise<readonly { readonly node: string; readonly files: readonly string[] }[]> {
    const nodes = this.members.map(({ node }) => node).filter(({ isLost }) => !isLost);
    return Promise.all(nodes.map(async (node) => ({ node: node.name, files: await node.writeProfiles() })));
  }

  /** How many clients a node has got. */
  clientsOf(node: FleetNode): number {
    return this.members.find((member) => member.node === node)?.clients.size ?? 0;
  }

  /** Ends the load at once. A {@link runStep} under way resolves after the last reports. */
  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    for (const { node } of this.members) node.cancel();
  }

  /** Stops the load threads of all nodes. */
  async close(): Promise<void> {
    await Promise.all(this.options.nodes.map((node) => node.close()));
  }

  private eventsOf(node: FleetNode): NodeEvents {
    return {
      onReport: (report) => this.merge(report, node),
      onValues: (values) => {
        for (const [name, json] of values) this.values.set(name, json);
      },
      onCompletingDone: (step, task) => this.endPart(step, task, node),
      onFailure: (error) => this.fail(error),
    };
  }

  /** Positions in `step.tasks` of the tasks that clients of a node run. */
  private tasksOn(node: FleetNode, step: FleetStep): readonly number[] {
    const clients = this.members.find((member) => member.node === node)?.clients ?? [];
    return [...clients].flatMap((client) => (step.rows[client] ?? []).map(({ task }) => task));
  }

  /**
   * Notes that a node has ended its part of a completing task, or of all of them (`null`) because it is lost. The first
   * completing task that has thereby ended on all nodes ends the step everywhere.
   */
  private endPart(step: number, task: number | null, node: FleetNode): void {
    const { completion } = this;
    const hasEnded =
      task === null ? (completion?.withdraw(node).length ?? 0) > 0 : completion?.end(task, node) === true;
    if (!hasEnded) return;
    this.completion = null;
    this.completeStep(step);
  }

  /** Hands a report on. One that cannot be merged ends the run: its figures would be missing from the results. */
  private merge(report: WorkerReport, node: FleetNode): void {
    try {
      this.options.onReport(report, node);
    } catch (error) {
      this.fail(
        error instanceof BenchmarkError
          ? error
          : new BenchmarkError('INTERNAL', `A report of ${node.name} cannot be used.`, { cause: error }),
      );
    }
  }

  private fail(error: BenchmarkError): void {
    if (this.failure !== null) return;
    this.failure = error;
    for (const { node } of this.members) node.cancel();
  }

  /** Waits until all promises are settled. The first failure cancels all nodes at once, and is thrown at the end. */
  private async settle(promises: readonly Promise<void>[]): Promise<void> {
    await Promise.all(
      promises.map((promise) =>
        promise.catch((error: unknown) =>
          this.fail(
            error instanceof BenchmarkError
              ? error
              : new BenchmarkError('INTERNAL', 'A node failed.', { cause: error }),
          ),
        ),
      ),
    );
    if (this.failure !== null) throw this.failure;
  }
}

/** How many clients of a node have work in a step. */
const clientsIn = (step: FleetStep, { clients }: Member): number =>
  step.rows.reduce((sum, row, client) => (row.length > 0 && clients.has(client) ? sum + 1 : sum), 0);
