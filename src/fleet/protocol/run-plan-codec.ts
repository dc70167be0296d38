// Writes the plan of a run as one JSON text without secrets. Its address is the SHA-256 of its bytes, by which a node
// that fetched it knows that it has the right plan and all of it.
import { createHash } from 'node:crypto';
import type { Cell } from '../../schedule/allocation.ts';
import type { FleetStep, RunPlan } from '../node.ts';
import { boolean, count, type JsonCodec, list, number, object, oneOf, text } from './json-codec.ts';
import { corpusCodec, taskCodec, workloadCodec } from './workload-codec.ts';

/**
 * A plan without the cluster under test, whose options hold secrets and travel in the `prepare` command instead, and
 * without the plug-in, whose files lie elsewhere on each node.
 */
export type OpenPlan = Omit<RunPlan, 'target' | 'plugin'>;

/** Writes a cell as four numbers, so that plans with thousands of clients stay small. */
const cellCodec: JsonCodec<Cell> = {
  encode: ({ task, clientIndex, elementIndex, elementClients }) => [task, clientIndex, elementIndex, elementClients],
  decode: (value, path) => {
    const [task = 0, clientIndex = 0, elementIndex = 0, elementClients = 0] = list(count(), 4).decode(value, path);
    return { task, clientIndex, elementIndex, elementClients };
  },
};

const stepCodec: JsonCodec<FleetStep> = object<FleetStep>({
  index: count(),
  tasks: list(taskCodec),
  rows: list(list(cellCodec)),
  completing: list(count()),
  startsPaused: boolean,
});

/** Writes a plan without loss, and reads what {@link encodeBytes} made of it. */
export const openPlanCodec: JsonCodec<OpenPlan> = object<OpenPlan>({
  testRunId: text(),
  workload: workloadCodec,
  grpcHosts: list(text()),
  corpora: list(corpusCodec),
  steps: list(stepCodec),
  onError: oneOf('continue', 'abort'),
  checksAssertions: boolean,
  seed: number,
});

/** The SHA-256 of bytes, in hexadecimal. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
