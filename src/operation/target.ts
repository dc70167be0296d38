// Which indices and data streams an operation works on: those of its parameters, else those of the workload.
import type { ParameterFacts } from './define.ts';
import type { ParamReader } from './params.ts';
import { encodeName } from './request-options.ts';

/** Names as a part of a path, percent-encoded and separated by commas. */
export function joinNames(names: readonly string[]): string {
  return names.map(encodeName).join(',');
}

/**
 * The parameter `index` as a part of a path; `fallback` if it is not given, or empty because a template printed an
 * undefined name.
 */
export function readIndex(reader: ParamReader, fallback: string): string {
  const names = reader.names('index', null);
  return names === null ? fallback : joinNames(names);
}

/** The target of a search as a part of a path; empty where {@link readSearchNames} finds none. */
export function readSearchTarget(reader: ParamReader, facts: ParameterFacts): string {
  return joinNames(readSearchNames(reader, facts));
}

/**
 * The names of the target of a search: `index`, `data-stream`, or else the only index or data stream of the workload.
 * There is none for `"index": null`, which asks for a request that names no index.
 */
export function readSearchNames(reader: ParamReader, facts: ParameterFacts): readonly string[] {
  const given = reader.names('index', null) ?? reader.names('data-stream', null);
  if (given !== null) return given;
  if (reader.params.get('index') === null) return [];
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
    return [];
  }
  return [only];
}

/**
 * The target of a force merge: `index`, `data-stream`, or else all indices and data streams of the workload, or `_all`
 * if it has none.
 */
export function readWideTarget(reader: ParamReader, facts: ParameterFacts): string {
  const given = reader.names('index', null) ?? reader.names('data-stream', null);
  if (given !== null) return joinNames(given);
  const known = [...facts.indices.map((index) => index.name), ...facts.dataStreams];
  return known.length === 0 ? '_all' : joinNames(known);
}

/** The definitions of the workload that the parameter names, all if it is not given. Unknown names are problems. */
export function selectDefinitions<T extends { readonly name: string }>(
  reader: ParamReader,
  parameter: string,
  definitions: readonly T[],
): readonly T[] {
  const names = reader.names(parameter, null);
  if (names === null) return definitions;
  for (const name of names) {
    if (!definitions.some((definition) => definition.name === name)) {
      reader.problem(
        parameter,
        `The workload has no "${name}".`,
        `It has ${definitions.map((definition) => `"${definition.name}"`).join(', ')}.`,
      );
    }
  }
  return definitions.filter((definition) => names.includes(definition.name));
}
