// What operations on databases other than OpenSearch share: which of their documents go where.
import type { BulkParams } from '../bulk-params.ts';
import { readBulkParams, selectCorpora } from '../bulk-params.ts';
import type { ParameterFacts } from '../define.ts';
import type { ParamReader } from '../params.ts';

/** Reads the parameters of a `bulk` whose documents go to another database; what it has no place for is a problem. */
export function readDocuments(reader: ParamReader, facts: ParameterFacts, title: string): BulkParams {
  const params = readBulkParams(reader, facts);
  for (const name of ['pipeline', 'detailed-results'])
    if (reader.has(name) && reader.value(name) !== false)
      reader.problem(name, `"${name}" cannot be used with ${title}.`, 'Remove it.');
  if (params.conflicts !== null)
    reader.problem('conflicts', `Conflicts cannot be made in ${title}.`, 'Remove "conflicts".');
  const sets = selectCorpora(facts.corpora, params.selection).flatMap(({ documentSets }) => documentSets);
  if (sets.some(({ includesActionAndMetaData }) => includesActionAndMetaData))
    reader.problem('corpora', 'The documents bring action lines of their own, which only OpenSearch understands.');
  return params;
}

/** The name of a collection, schema or class as a part of a path or a body: the first name of `index`. */
export function readCollection(reader: ParamReader, facts: ParameterFacts): string {
  const given = reader.names('index', null) ?? facts.indices.map(({ name }) => name);
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  reader.problem('index', `The operation must name one "index", and names ${given.length}.`);
  return '';
}
