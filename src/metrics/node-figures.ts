// Sums up what each machine of a run has done and how hard it had to work, for the `fleet` of test_run.json.
import type { WorkerReport } from './report.ts';

/** One machine that drove load. */
export interface NodeResults {
  /** `localhost` or an address. */
  readonly address: string;
  readonly hostName: string;
  /** Version of this program on the machine. */
  readonly version: string;
  /** Load threads that it could use. */
  readonly cores: number;
  /** How many of the run's clients were dealt to it. */
  readonly clients: number;
  readonly requests: number;
  /** The failed ones among `requests`. */
  readonly errors: number;
  /** CPU time in s of its load threads. */
  readonly cpuSeconds: number;
  /** Share of the time in which the event loops of its threads were busy, 0..1. */
  readonly eventLoopUtilisation: { readonly mean: number; readonly max: number };
  /** Its monotonic clock minus the coordinator's in ms; 0 for the coordinator's own process, `null` = not asked. */
  readonly clockOffset: number | null;
  /** Worst 99th percentile in ms of the delay of sends in one interval; `null` without throttled requests. */
  readonly sendLagP99: number | null;
  /** Why it was lost; `null` = it was there until the end. */
  readonly lost: string | null;
}

/** Sums up the reports of one machine. */
export class NodeFigures {
  private requests = 0;
  private errors = 0;
  private cpuMillis = 0;
  private busyMillis = 0;
  private millis = 0;
  private maxUtilisation = 0;
  private lag: number | null = null;

  /** Adds a report of one of the machine's workers. */
  add({ tasks, health }: WorkerReport): void {
    for (const { requests, failedRequests } of tasks) {
      this.requests += requests;
      this.errors += failedRequests;
    }
    this.cpuMillis += health.cpuMillis;
    this.busyMillis += health.eventLoopUtilisation * health.intervalMillis;
    this.millis += health.intervalMillis;
    this.maxUtilisation = Math.max(this.maxUtilisation, health.eventLoopUtilisation);
    if (health.sendLagP99 !== null) this.lag = Math.max(this.lag ?? 0, health.sendLagP99);
  }

  /** The sums, beside what is known of the machine without them. */
  results(
    facts: Pick<NodeResults, 'address' | 'hostName' | 'version' | 'cores' | 'clients' | 'clockOffset' | 'lost'>,
  ): NodeResults {
    return {
      ...facts,
      requests: this.requests,
      errors: this.errors,
      cpuSeconds: this.cpuMillis / 1000,
      eventLoopUtilisation: { mean: this.millis === 0 ? 0 : this.busyMillis / this.millis, max: this.maxUtilisation },
      sendLagP99: this.lag,
    };
  }
}
