// What an operation works on: indices and data streams, named by its parameters or known from the workload.
import type { Facts } from './define.ts';
import type { ParamReader } from './params.ts';
import { encodeName } from './request-options.ts';

/** Names joined as a part of a path, percent-encoded. */
export function joinNames(names: readonly string[]): string {
  return names.map(encodeName).join(',');
}

/** `index` as a part of a path, `fallback` if it is not given or empty (templates print an undefined name as nothing). */
export function readIndex(reader: ParamReader, fallback: string): string {
  if (reader.params.get('index') === '') return fallback;
  const names = reader.names('index', null);
  return names === null ? fallback : joinNames(names);
}

/**
 * The target of a search as a part of a path: `index`, `data-stream`, else the only index or data stream of the workload. Empty for
 * `"index": null`: no index in the path.
 */
export function readSearchTarget(reader: ParamReader, facts: Facts): string {
  const given = reader.names('index', null) ?? reader.names('data-stream', null);
  if (given !== null) return joinNames(given);
  if (reader.params.has('index')) return '';
  const known = facts.indices.length > 0 ? facts.indices.map((index) => index.name) : facts.dataStreams;
  const [only] = known;
  if (only === undefined || known.length > 1) {
    reader.problem(
      'index',
      known.length === 0
        ? 'The operation names no "index" or "data-stream", and the workload has none.'
        : `The operation names no "index" or "data-stream", and the workload has ${known.length} of them.`,
      'Add "index" to the operation; a comma-separated list and patterns are allowed.',
    );
    return '';
  }
  return encodeName(only);
}

/** The target of force-merge: `index`, `data-stream`, all indices and data streams of the workload, or `_all`. */
export function readWideTarget(reader: ParamReader, facts: Facts): string {
  const given = reader.names('index', null) ?? reader.names('data-stream', null);
  if (given !== null) return joinNames(given);
  const known = [...facts.indices.map((index) => index.name), ...facts.dataStreams];
  return known.length === 0 ? '_all' : joinNames(known);
}

/** Keeps those definitions of the workload that the parameter names (all if it names none); unknown names are problems. */
export function selectDefinitions<T extends { readonly name: string }>(
  reader: ParamReader,
  parameter: string,
  definitions: readonly T[],
): readonly T[] {
  const names = reader.names(parameter, null);
  if (names === null) return definitions;
  for (const name of names) {
    if (!definitions.some((definition) => definition.name === name)) {
      reader.problem(parameter, `The workload has no "${name}".`, `It has ${definitions.map((definition) => `"${definition.name}"`).join(', ')}.`);
    }
  }
  return definitions.filter((definition) => names.includes(definition.name));
}
