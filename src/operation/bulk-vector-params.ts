// The parameters of `bulk-vector-data-set`, and what they demand of its data sets.
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { Problem } from '../errors.ts';
import { type Millis, millis, seconds, secondsToMillis } from '../units.ts';
import type { DataSetFile } from '../vectors/data-set.ts';
import {
  type DataSetParam,
  lacks,
  locateDataSet,
  partOf,
  requireDataSet,
  tooManyClients,
  usedRows,
} from './data-set-params.ts';
import type { ParameterFacts } from './define.ts';
import type { WorkloadFacts } from './operation.ts';
import type { ParamReader } from './params.ts';
import { type RequestOptions, readRequestOptions, withQuery } from './request-options.ts';

/** The parameters of one `bulk-vector-data-set` operation, checked. */
export interface BulkVectorParams {
  /** Path with its query string. */
  readonly path: string;
  readonly options: RequestOptions;
  readonly index: string;
  /** The field of the vector; within the objects of `nestedField`, if that is given. */
  readonly field: string;
  readonly nestedField: string | null;
  /** The field of a document that gets its id; `null` = the id of the document itself. */
  readonly idField: string | null;
  /** Vectors per request. */
  readonly bulkSize: number;
  readonly dataSet: DataSetParam;
  /** Where parents and attributes are. */
  readonly sideDataSet: DataSetParam;
  /** `num_vectors`: how many vectors all clients send together; negative = all. */
  readonly vectors: number;
  /** `filter_attributes`: the names of the attributes of each vector, which become fields. */
  readonly attributes: readonly string[];
  /** How often what failed is sent again. */
  readonly retries: number;
  /** The pause before the first repetition, in ms; it doubles each time, up to the longest. */
  readonly waitPeriod: Millis;
  readonly longestWaitPeriod: Millis;
  /** `detailed-results`: documents that failed are sent again, and the numbers of items go with each sample. */
  readonly detailed: boolean;
}

/** The field that stands for the id of a document itself. */
export const OWN_ID = '_id';
const DEFAULT_RETRIES = 10;
const DEFAULT_WAIT = millis(500);
const DEFAULT_LONGEST_WAIT = secondsToMillis(seconds(60));

/** Reads the parameters of `bulk-vector-data-set`. Problems go to the reader. */
export function readBulkVectorParams(reader: ParamReader, facts: ParameterFacts): BulkVectorParams {
  const options = readRequestOptions(reader);
  const dataSet = requireDataSet(reader, facts);
  const sidePath = reader.string('parents_data_set_path', null);
  const attributes = reader.value('filter_attributes') === null ? [] : readAttributes(reader);
  const { field, nestedField } = readVectorField(reader);
  if (nestedField !== null && attributes.length > 0)
    reader.problem('filter_attributes', 'Documents with nested vectors cannot have "filter_attributes".');
  const idField = reader.string('id-field-name', OWN_ID);
  return {
    path: withQuery('/_bulk', options.query),
    options,
    index: reader.requiredString('index'),
    field,
    nestedField,
    idField: idField === OWN_ID ? null : idField,
    bulkSize: reader.requiredInteger('bulk_size', { min: 1 }),
    dataSet,
    sideDataSet: sidePath === null ? dataSet : { format: dataSet.format, place: { kind: 'path', path: sidePath } },
    vectors: reader.integer('num_vectors', -1),
    attributes,
    retries: reader.integer('retries', DEFAULT_RETRIES, { min: 0 }),
    waitPeriod: reader.duration('retry-wait-period', DEFAULT_WAIT, { min: 0 }),
    longestWaitPeriod: reader.duration('retry-max-wait-period', DEFAULT_LONGEST_WAIT, { min: 0 }),
    detailed: reader.boolean('detailed-results', true),
  };
}

/** The list may be empty, as a template prints it. */
function readAttributes(reader: ParamReader): readonly string[] {
  const list = reader.value('filter_attributes');
  return Array.isArray(list) && list.length === 0 ? [] : reader.names('filter_attributes', []);
}

/** Reads `field`. A name with a point is that of a field within the objects of a nested field. */
export function readVectorField(reader: ParamReader): { readonly field: string; readonly nestedField: string | null } {
  const name = reader.requiredString('field');
  const [first = '', second, ...rest] = name.split('.');
  if (second === undefined) return { field: name, nestedField: null };
  if (rest.length > 0 || first === '' || second === '')
    reader.problem('field', `"field" may name one nested field and a field in it, but is "${name}".`);
  return { field: second, nestedField: first };
}

/** The files that an operation reads; `null` = it does not read such a one. */
export function bulkVectorFiles(
  { dataSet, sideDataSet, nestedField, attributes }: BulkVectorParams,
  corpora: readonly PreparedCorpus[],
): { readonly vectors: DataSetFile; readonly parents: DataSetFile | null; readonly attributes: DataSetFile | null } {
  const side = locateDataSet(sideDataSet, corpora);
  return {
    vectors: locateDataSet(dataSet, corpora),
    parents: nestedField === null ? null : side,
    attributes: attributes.length === 0 ? null : side,
  };
}

/** What is wrong with the data sets of a task. */
export function checkBulkVectors(
  params: BulkVectorParams,
  workload: WorkloadFacts,
  clients: number,
): readonly Problem[] {
  const { vectors, parents, attributes } = bulkVectorFiles(params, workload.corpora);
  const train = partOf(vectors, 'train', workload);
  if (train === null) return [{ path: 'data_set_path', message: lacks(vectors, 'train') }];
  const rows = usedRows(train.rows, params.vectors);
  const excess = tooManyClients(vectors, rows, clients);
  const problems: Problem[] =
    excess === null ? [] : [{ path: 'num_vectors', message: excess, hint: `Use at most ${rows} clients.` }];
  for (const [part, file] of [['parents', parents] as const, ['attributes', attributes] as const]) {
    if (file === null) continue;
    const shape = partOf(file, part, workload);
    if (shape === null) problems.push({ message: lacks(file, part) });
    else if (shape.rows < rows)
      problems.push({ message: `The part "${part}" of ${file.path} has ${shape.rows} rows for ${rows} vectors.` });
    else if (part === 'attributes' && shape.columns < params.attributes.length) {
      const named = `${params.attributes.length} attributes are named`;
      const message = `${named}, but ${file.path} has ${shape.columns} of each vector.`;
      problems.push({ path: 'filter_attributes', message });
    }
  }
  return problems;
}
