// create-workload: a workload from the data of a cluster. Not in this version.

import { ValueProblem, valueFlag } from '../args/flag.ts';
import { readInteger, readList, readText } from '../args/grammar.ts';
import { defineFutureCommand } from './not-built.ts';
import { commonFlags, groups, targetFlags } from './shared-flags.ts';

/** `index:number` pairs; at least `least`. */
const indexNumbers = (long: string, description: string, least: number) =>
  valueFlag(long, {
    arity: 'many',
    description,
    group: groups.command,
    placeholder: 'INDEX:N',
    fallback: {},
    defaultText: null,
    parse: (text): Readonly<Record<string, number>> =>
      Object.fromEntries(
        readList(text).map((pair) => {
          const colon = pair.lastIndexOf(':');
          if (colon < 1) throw new ValueProblem(`'${pair}' is not of the form index:number`);
          return [pair.slice(0, colon), readInteger(pair.slice(colon + 1), least)];
        }),
      ),
  });

export const createWorkloadCommand = defineFutureCommand({
  name: 'create-workload',
  summary: 'Make a workload from the data of a cluster.',
  description: 'Writes a workload from indices that a cluster holds: mappings, documents and a test procedure.',
  flags: {
    workload: valueFlag('workload', {
      short: 'w',
      description: 'Name of the new workload.',
      group: groups.command,
      placeholder: 'NAME',
      isRequired: true,
      fallback: null,
      parse: readText,
    }),
    indices: valueFlag('indices', {
      short: 'i',
      description: 'Indices to take, comma separated.',
      group: groups.command,
      placeholder: 'LIST',
      isRequired: true,
      fallback: [],
      parse: readList,
    }),
    targetHosts: { ...targetFlags.targetHosts, isRequired: true },
    clientOptions: targetFlags.clientOptions,
    outputPath: valueFlag('output-path', {
      description: 'Directory to write to.',
      group: groups.command,
      placeholder: 'PATH',
      fallback: './workloads',
      parse: (text) => text,
    }),
    customQueries: valueFlag('custom-queries', {
      description: 'File of queries to include.',
      group: groups.command,
      placeholder: 'PATH',
      fallback: null,
      parse: readText,
    }),
    numberOfDocs: indexNumbers('number-of-docs', 'Documents to take of an index.', 1),
    sampleFrequency: indexNumbers('sample-frequency', 'Take every Nth document of an index.', 2),
    ...commonFlags,
  },
});
