// The `fleet` of test_run.json, as readers of that file see it.
import type { TestRunDocument } from '../benchmark-process.ts';

export interface FleetNodeDocument {
  readonly address: string;
  readonly 'host-name': string;
  readonly version: string;
  readonly cores: number;
  readonly clients: number;
  readonly requests: number;
  readonly errors: number;
  readonly 'cpu-seconds': number;
  readonly 'event-loop-utilisation': { readonly mean: number; readonly max: number };
  readonly 'clock-offset-ms': number | null;
  readonly 'send-lag-p99-ms': number | null;
  readonly lost: string | null;
}

/** The nodes of a stored run. */
export function nodesOf(testRun: TestRunDocument): readonly FleetNodeDocument[] {
  return Array.isArray(testRun.fleet) ? testRun.fleet : [];
}

/** Sum over all nodes. */
export const requestsOf = (nodes: readonly FleetNodeDocument[]): number =>
  nodes.reduce((sum, { requests }) => sum + requests, 0);
