// `node-stats`: everything that nodes tell of themselves, once a second.
import type { TelemetryDevice } from './device.ts';
import { entriesAt, textAt, valueAt } from './document.ts';
import { flattened, isCounter, unitOf } from './flatten.ts';
import type { TelemetryParameters } from './parameters.ts';
import { sampledDevice } from './sampled-device.ts';
import type { Figure } from './series-store.ts';

/** Sections of the statistics of indices that are read if they are wanted without being named. */
const INDEX_SECTIONS = [
  'docs',
  'store',
  'indexing',
  'search',
  'merges',
  'query_cache',
  'fielddata',
  'segments',
  'translog',
  'request_cache',
];

/** A part of the answer, and the beginning of the names of its figures. */
interface Section {
  readonly prefix: string;
  readonly path: readonly string[];
}

/** What the device is for, in one sentence. */
export const nodeStatsDescription =
  'Heap, garbage collection, CPU, thread pools, breakers, network and indexing pressure of each node.';

/** The device, with the sections that its parameters ask for. */
export function nodeStats(parameters: TelemetryParameters): TelemetryDevice {
  const sections = chosenSections(parameters);
  return sampledDevice({
    name: 'node-stats',
    description: nodeStatsDescription,
    interval: parameters.interval('node-stats-sample-interval', 1),
    read: async (ask) => {
      const answer = await ask({ path: '/_nodes/stats/_all' });
      return entriesAt(answer, 'nodes').flatMap(([id, node]) =>
        nodeFigures(textAt(node, 'name') ?? id, node, sections),
      );
    },
  });
}

function chosenSections(parameters: TelemetryParameters): readonly Section[] {
  const named = parameters.names('node-stats-include-indices-metrics');
  const wantsIndices = parameters.flag('node-stats-include-indices', false) || named !== null;
  const indices = wantsIndices
    ? (named ?? INDEX_SECTIONS).map((section) => ({ prefix: `indices_${section}`, path: ['indices', section] }))
    : [];
  const when = (name: string, ...sections: readonly Section[]): readonly Section[] =>
    parameters.flag(`node-stats-include-${name}`, true) ? sections : [];
  return [
    ...indices,
    ...when('thread-pools', { prefix: 'thread_pool', path: ['thread_pool'] }),
    ...when('breakers', { prefix: 'breakers', path: ['breakers'] }),
    ...when('buffer-pools', { prefix: 'jvm_buffer_pools', path: ['jvm', 'buffer_pools'] }),
    ...when('mem', { prefix: 'jvm_mem', path: ['jvm', 'mem'] }, { prefix: 'os_mem', path: ['os', 'mem'] }),
    ...when('gc', { prefix: 'jvm_gc', path: ['jvm', 'gc'] }),
    ...when('network', { prefix: 'transport', path: ['transport'] }),
    ...when('process', { prefix: 'process_cpu', path: ['process', 'cpu'] }),
    ...when('indexing-pressure', { prefix: 'indexing_pressure', path: ['indexing_pressure'] }),
  ];
}

function nodeFigures(subject: string, node: unknown, sections: readonly Section[]): readonly Figure[] {
  return sections.flatMap(({ prefix, path }) =>
    flattened(valueAt(node, ...path), prefix).map(([metric, value]) => ({
      subject,
      metric,
      unit: unitOf(metric),
      isCounter: isCounter(metric),
      value,
    })),
  );
}
