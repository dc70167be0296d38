// All telemetry devices of this version.
import { BenchmarkError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import {
  crossClusterReplicationStats,
  type DeviceChoice,
  recoveryStats,
  searchableSnapshotsStats,
  segmentReplicationStats,
  shardStats,
  transformStats,
} from './cluster-devices.ts';
import type { TelemetryDevice } from './device.ts';
import { documentCount } from './document-count.ts';
import { garbageCollection } from './garbage-collection.ts';
import { indexTotals } from './index-stats.ts';
import { nodeStats, nodeStatsDescription } from './node-stats.ts';
import { TelemetryParameters } from './parameters.ts';
import { segmentStats } from './segment-stats.ts';

/** The devices that measure in each test run. A new device is a file that makes one, and a line here. */
export const alwaysOnDevices: readonly TelemetryDevice[] = [indexTotals, garbageCollection, documentCount];

/** The devices that `--telemetry` chooses. A new one is a file that makes one, and a line here. */
export const deviceChoices: readonly DeviceChoice[] = [
  { name: 'node-stats', description: nodeStatsDescription, create: nodeStats },
  recoveryStats,
  crossClusterReplicationStats,
  segmentStats,
  transformStats,
  searchableSnapshotsStats,
  segmentReplicationStats,
  shardStats,
];

/** Devices of OpenSearch Benchmark that need a node which this program has started itself. */
export const devicesOfOwnNodes = ['jit', 'gc', 'jfr', 'heapdump'] as const;

/**
 * The chosen devices, behind those that are always on. Throws `USAGE` with everything that is wrong with names and
 * parameters; `meant` finds the name that a wrong one may stand for.
 */
export function chooseDevices(
  names: readonly string[],
  params: JsonObject,
  clusters: readonly string[],
  meant: (name: string, among: readonly string[]) => string | null,
): readonly TelemetryDevice[] {
  const parameters = new TelemetryParameters(params, clusters);
  const known = deviceChoices.map(({ name }) => name);
  const problems: string[] = [];
  const chosen = [...new Set(names)].flatMap((name): readonly TelemetryDevice[] => {
    const device = deviceChoices.find((one) => one.name === name);
    if (device !== undefined) return [device.create(parameters)];
    const own = devicesOfOwnNodes.some((one) => one === name);
    const guess = meant(name, known);
    problems.push(
      own
        ? `The telemetry device "${name}" needs a node that this program has started; ` +
            'it measures nodes that run already.'
        : `There is no telemetry device "${name}"${guess === null ? '' : `; did you mean ${guess}?`}`,
    );
    return [];
  });
  // Parameters of a device that was misspelt would be told as unknown, too.
  if (problems.length === 0) parameters.checkUnknown();
  problems.push(...parameters.problems);
  if (problems.length === 0) return [...alwaysOnDevices, ...chosen];
  throw new BenchmarkError('USAGE', problems.length === 1 ? (problems[0] ?? '') : 'The telemetry cannot be set up.', {
    problems: problems.map((message) => ({ message })),
    hint: `Devices: ${known.join(', ')}. "list telemetry" says what they measure.`,
    exitCode: 64,
  });
}
