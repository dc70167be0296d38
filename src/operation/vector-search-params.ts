// The parameters of `vector-search`, and what they demand of its data sets.
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { Problem } from '../errors.ts';
import { isJsonObject, type Json } from '../json.ts';
import type { DataSetFile, DataSetPart, PartShape, ThresholdPart } from '../vectors/data-set.ts';
import { OWN_ID, readVectorField } from './bulk-vector-params.ts';
import {
  type DataSetParam,
  lacks,
  locateDataSet,
  partOf,
  readDataSet,
  requireDataSet,
  tooManyClients,
  usedRows,
} from './data-set-params.ts';
import type { ParameterFacts } from './define.ts';
import type { WorkloadFacts } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type PlainSearchParams, readPlainSearch } from './plain-search.ts';
import { filterTypes, type SearchBound, type VectorFilter, type VectorQuery } from './vector-query.ts';

/** The parameters of one `vector-search` operation, checked. */
export interface VectorSearchParams {
  /** What it has in common with other searches; its body is a part of the query. */
  readonly search: PlainSearchParams;
  readonly query: VectorQuery;
  readonly dataSet: DataSetParam;
  /** Where neighbours and thresholds are. */
  readonly neighbours: DataSetParam;
  readonly engine: 'faiss' | 'lucene';
  /** `num_vectors`: how many queries of the data set are used; negative = all. */
  readonly queries: number;
  /** How often each query is sent. */
  readonly repetitions: number;
  /** The field of a hit that holds its id. */
  readonly idField: string;
  readonly calculatesRecall: boolean;
}

/** Reads the parameters of `vector-search`. Problems go to the reader. */
export function readVectorSearchParams(reader: ParamReader, facts: ParameterFacts): VectorSearchParams {
  const search = readPlainSearch(reader, facts);
  const dataSet = requireDataSet(reader, facts);
  return {
    search: withDefaultQuery(search),
    query: readQuery(reader, search),
    dataSet,
    neighbours: readDataSet(reader, facts, 'neighbors_', dataSet.format) ?? dataSet,
    engine: reader.choice('radial_engine', 'faiss', ['faiss', 'lucene']),
    queries: reader.integer('num_vectors', -1),
    repetitions: reader.integer('repetitions', 1, { min: 1 }),
    idField: reader.string('id-field-name', OWN_ID),
    calculatesRecall: reader.boolean('calculate-recall', true),
  };
}

/** An answer of some shards only would not be comparable, so it is an error, unless the workload wants it. */
function withDefaultQuery(search: PlainSearchParams): PlainSearchParams {
  const query = new Map([['allow_partial_search_results', 'false'], ...search.options.query]);
  return { ...search, options: { ...search.options, query } };
}

function readQuery(reader: ParamReader, search: PlainSearchParams): VectorQuery {
  const bound = readBound(reader);
  const { field, nestedField } = readVectorField(reader);
  const filter = readFilter(reader);
  if (filter?.type === 'script' && nestedField !== null)
    reader.problem('filter_type', 'A search by a script cannot be one of a nested field.');
  const oversampleFactor = reader.number('oversample_factor', null, { above: 0 });
  if (oversampleFactor !== null && bound.kind !== 'nearest')
    reader.problem('oversample_factor', '"oversample_factor" is possible only in a search for the "k" nearest.');
  if (typeof search.body === 'string') reader.problem('body', '"body" must be an object, as the query is added to it.');
  return {
    body: isJsonObject(search.body) ? search.body : new Map<string, Json>(),
    field,
    nestedField,
    bound,
    filter,
    spaceType: reader.string('space_type', 'l2'),
    oversampleFactor: oversampleFactor === null ? null : reader.value('oversample_factor'),
  };
}

function readBound(reader: ParamReader): SearchBound {
  const k = reader.integer('k', null, { min: 1 });
  const distance = reader.number('max_distance', null);
  const score = reader.number('min_score', null);
  const by = reader.choice('radial_search_type', null, ['max_distance', 'min_score']);
  const given = ['max_distance', 'min_score'].filter((name) => reader.has(name));
  if (by !== null) {
    if (k === null)
      reader.problem('radial_search_type', '"radial_search_type" needs "k", for which it has thresholds.');
    for (const name of given) reader.problem(name, `"${name}" and "radial_search_type" exclude each other.`);
    return { kind: 'radial-per-query', by, k: k ?? 1 };
  }
  const bounds = [...(reader.has('k') ? ['k'] : []), ...given];
  if (bounds.length === 0)
    reader.problem('k', 'A vector search needs "k", "max_distance", "min_score" or "radial_search_type".');
  for (const name of bounds.slice(1)) reader.problem(name, `"${name}" and "${bounds[0]}" exclude each other.`);
  if (distance !== null) return { kind: 'radial', by: 'max_distance', threshold: distance };
  if (score !== null) return { kind: 'radial', by: 'min_score', threshold: score };
  return { kind: 'nearest', k: k ?? 1 };
}

/** An empty object in place of a type is what a template prints that was given none. */
function readFilter(reader: ParamReader): VectorFilter | null {
  const given = reader.value('filter_type');
  const isAbsent = given === null || (isJsonObject(given) && given.size === 0);
  const type = isAbsent ? null : reader.choice('filter_type', null, filterTypes);
  const body = reader.object('filter_body', null);
  const filter = reader.object('filter', null);
  if (type === null) return isAbsent && filter !== null ? { type: 'efficient', body: filter } : null;
  if (body === null || body.size === 0) reader.problem('filter_body', `"filter_type" "${type}" needs "filter_body".`);
  return { type, body: body ?? new Map() };
}

/** The files that an operation reads, with the parts of them; `null` = it does not read such a one. */
export function vectorSearchFiles(
  { dataSet, neighbours, query, engine, calculatesRecall }: VectorSearchParams,
  corpora: readonly PreparedCorpus[],
): {
  readonly queries: DataSetFile;
  readonly truth: { readonly file: DataSetFile; readonly part: 'neighbors' | 'radial_neighbors' } | null;
  readonly threshold: { readonly file: DataSetFile; readonly part: ThresholdPart } | null;
} {
  const side = locateDataSet(neighbours, corpora);
  const { bound } = query;
  return {
    queries: locateDataSet(dataSet, corpora),
    truth: calculatesRecall ? { file: side, part: bound.kind === 'radial' ? 'radial_neighbors' : 'neighbors' } : null,
    threshold: bound.kind === 'radial-per-query' ? { file: side, part: `${engine}_${bound.by}` } : null,
  };
}

/** What is wrong with the data sets of a task. */
export function checkVectorSearch(
  params: VectorSearchParams,
  workload: WorkloadFacts,
  clients: number,
): readonly Problem[] {
  const { queries, truth, threshold } = vectorSearchFiles(params, workload.corpora);
  const test = partOf(queries, 'test', workload);
  if (test === null) return [{ path: 'data_set_path', message: lacks(queries, 'test') }];
  const rows = usedRows(test.rows, params.queries);
  const excess = tooManyClients(queries, rows, clients);
  const k = params.query.bound.kind === 'radial' ? 0 : params.query.bound.k;
  const check = (side: Side | null, hint?: string): readonly Problem[] =>
    side === null ? [] : checkSide(side, partOf(side.file, side.part, workload), { rows, k }, hint);
  return [
    ...(excess === null ? [] : [{ path: 'num_vectors', message: excess, hint: `Use at most ${rows} clients.` }]),
    ...check(truth, 'Name a data set that has them, or set "calculate-recall" to false.'),
    ...check(threshold),
  ];
}

/** A part of a data set that has a row for each query. */
interface Side {
  readonly file: DataSetFile;
  readonly part: DataSetPart;
}

function checkSide(
  { file, part }: Side,
  shape: PartShape | null,
  due: { readonly rows: number; readonly k: number },
  hint: string | undefined,
): readonly Problem[] {
  const path = 'neighbors_data_set_path';
  if (shape === null) return [{ path, message: lacks(file, part), hint }];
  const has = `The part "${part}" of ${file.path} has`;
  return [
    ...(shape.rows < due.rows ? [{ path, message: `${has} ${shape.rows} rows for ${due.rows} queries.`, hint }] : []),
    ...(shape.columns < due.k
      ? [{ path: 'k', message: `${has} ${shape.columns} entries for each query, fewer than "k" (${due.k}).`, hint }]
      : []),
  ];
}
