// Writes the plan of a run as one JSON text without secrets. Its address is the SHA-256 of its bytes, by which a node
// that fetched it knows that it has the right plan and all of it.
import { createHash } from 'node:crypto';
import { type PluginBundle, packPlugin } from '../../plugin/plugin-bundle.ts';
import type { Cell } from '../../schedule/allocation.ts';
import type { RandomizationSettings } from '../../workload/randomization.ts';
import type { FleetStep, RunPlan } from '../node.ts';
import { boolean, count, type JsonCodec, list, nullable, number, object, oneOf, optional, text } from './json-codec.ts';
import { corpusCodec, taskCodec, workloadCodec } from './workload-codec.ts';

/**
 * A plan without the cluster under test, whose options hold secrets and travel in the `prepare` command instead, and
 * with the files of the plug-in, which lie elsewhere on each node.
 */
export interface OpenPlan extends Omit<RunPlan, 'target' | 'plugin'> {
  /** `null` if the run needs no plug-in. */
  readonly plugin: PluginBundle | null;
}

/** The plan as it travels. Throws `PLUGIN` if the files of the plug-in are too large, and `DISK` errors. */
export function openPlanOf({ target: _target, plugin, ...plan }: RunPlan): OpenPlan {
  const { corpora } = plan.workload;
  return { ...plan, plugin: plugin === undefined ? null : packPlugin(plugin, corpora) };
}

const bundleCodec: JsonCodec<PluginBundle> = object<PluginBundle>({
  language: oneOf('typescript', 'python'),
  procedure: text(),
  preparesData: boolean,
  entry: text(),
  files: list(object<PluginBundle['files'][number]>({ path: text(), content: text() })),
});

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
  plugin: nullable(bundleCodec),
  randomization: optional(
    object<RandomizationSettings>({ repeatFrequency: number, storedValues: count(), alpha: number }),
  ),
  profiles: optional(boolean),
});

/** The SHA-256 of bytes, in hexadecimal. */
export const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
