// The parameters of `bulk`.
import type { IngestAmount } from '../corpus/client-slices.ts';
import type { ConflictSettings } from '../corpus/conflicts.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { CorpusFacts, ParameterFacts } from './define.ts';
import type { ParamReader } from './params.ts';
import { type RequestOptions, readRequestOptions, withQuery } from './request-options.ts';

/** The parameters of one `bulk` operation, checked. */
export interface BulkParams {
  /** Path with its query string. */
  readonly path: string;
  readonly options: RequestOptions;
  /** Documents per request. */
  readonly bulkSize: number;
  /** `ingest-percentage` or `ingest-documents`: how many documents all clients send together. */
  readonly amount: IngestAmount;
  /** Starts again at the first document after the last one. */
  readonly looped: boolean;
  /** How some documents get the id of an earlier one; `null` = none does. */
  readonly conflicts: ConflictSettings | null;
  /** `detailed-results`: the time that the server took and the numbers of items go with each sample. */
  readonly detailed: boolean;
  readonly selection: CorpusSelection;
}

/**
 * Which documents are sent: those of the named corpora, reduced to the document sets that go to one of the named
 * targets.
 */
export interface CorpusSelection {
  readonly corpora: readonly string[];
  /** `null` = any index. */
  readonly indices: readonly string[] | null;
  /** `null` = any data stream. */
  readonly dataStreams: readonly string[] | null;
}

/** Reads the parameters of `bulk` and checks them against the corpora of the workload. Problems go to the reader. */
export function readBulkParams(reader: ParamReader, facts: ParameterFacts): BulkParams {
  const bulkSize = reader.requiredInteger('bulk-size', { min: 1 });
  const batchSize = reader.integer('batch-size', bulkSize, { min: 1 });
  if (batchSize % bulkSize !== 0)
    reader.problem('batch-size', `"batch-size" must be a multiple of "bulk-size" (${bulkSize}), but is ${batchSize}.`);
  const options = readRequestOptions(reader);
  const pipeline = reader.string('pipeline', null);
  const selection = readSelection(reader, facts);
  return {
    path: withQuery('/_bulk', options.query, pipeline === null ? new Map() : new Map([['pipeline', pipeline]])),
    options,
    bulkSize,
    amount: readAmount(reader, hasStreams(facts, selection)),
    looped: reader.boolean('looped', false),
    conflicts: readConflicts(reader, facts, selection),
    detailed: reader.boolean('detailed-results', false),
    selection,
  };
}

const hasStreams = ({ corpora }: ParameterFacts, selection: CorpusSelection): boolean =>
  selectCorpora(corpora, selection).some(({ documentSets }) => documentSets.some((set) => set.isStreamed === true));

/** Nobody knows how many documents a stream has, so all of them are sent. */
function readAmount(reader: ParamReader, isStreamed: boolean): IngestAmount {
  const percentage = reader.number('ingest-percentage', null, { above: 0, max: 100 });
  const documents = reader.integer('ingest-documents', null, { min: 1 });
  if (isStreamed && (documents !== null || (percentage ?? 100) !== 100)) {
    const parameter = documents === null ? 'ingest-percentage' : 'ingest-documents';
    reader.problem(parameter, `"${parameter}" cannot be used for streamed documents, whose number is not known.`);
  }
  if (documents === null) return { kind: 'percentage', percentage: percentage ?? 100 };
  if (percentage !== null && percentage !== 100)
    reader.problem('ingest-documents', '"ingest-documents" and "ingest-percentage" exclude each other.');
  return { kind: 'documents', documents };
}

function readConflicts(
  reader: ParamReader,
  facts: ParameterFacts,
  selection: CorpusSelection,
): ConflictSettings | null {
  const order = reader.choice('conflicts', 'none', ['none', 'sequential', 'random']);
  const settings = {
    probability: reader.number('conflict-probability', 25, { min: 0, max: 100 }),
    onConflict: reader.choice('on-conflict', 'index', ['index', 'update']),
    recency: reader.number('recency', 0, { min: 0, max: 1 }),
  };
  if (order === 'none') return null;
  const sets = selectCorpora(facts.corpora, selection).flatMap((corpus) => corpus.documentSets);
  if (sets.some((set) => set.includesActionAndMetaData)) {
    reader.problem(
      'conflicts',
      'Conflicts cannot be made for documents that bring their own action lines.',
      'Remove "conflicts", or name other corpora.',
    );
  }
  if (sets.some((set) => set.isStreamed === true)) {
    reader.problem('conflicts', 'Conflicts cannot be made for streamed documents.', 'Remove "conflicts".');
  }
  if (sets.some((set) => set.targetDataStream !== null)) {
    reader.problem(
      'conflicts',
      'Conflicts cannot be made in data streams.',
      'Remove "conflicts", or name other corpora.',
    );
  }
  return { order, ...settings };
}

function readSelection(reader: ParamReader, facts: ParameterFacts): CorpusSelection {
  const known = facts.corpora.map((corpus) => corpus.name);
  const corpora = reader.names('corpora', known);
  for (const name of corpora.filter((corpus) => !known.includes(corpus))) {
    reader.problem(
      'corpora',
      `The workload has no corpus "${name}".`,
      known.length === 0 ? undefined : `It has ${quoted(known)}.`,
    );
  }
  if (known.length === 0 && !reader.has('corpora'))
    reader.problem('corpora', 'The workload has no corpora whose documents could be sent.');
  const selection = {
    corpora,
    indices: reader.names('indices', null),
    dataStreams: reader.names('data-streams', null),
  };
  if (corpora.some((name) => known.includes(name)) && selectCorpora(facts.corpora, selection).length === 0) {
    const parameter =
      selection.indices !== null ? 'indices' : selection.dataStreams !== null ? 'data-streams' : 'corpora';
    const reason = parameter === 'corpora' ? 'holds documents for bulk requests' : `goes to what "${parameter}" names`;
    reader.problem(parameter, `No document set of the corpora ${quoted(corpora)} ${reason}.`);
  }
  return selection;
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** The selected corpora, reduced to the selected document sets. Corpora without any of these are left out. */
export function selectCorpora<T extends CorpusFacts | PreparedCorpus>(
  corpora: readonly T[],
  selection: CorpusSelection,
): readonly T[] {
  const { indices, dataStreams } = selection;
  const isTarget = (set: CorpusFacts['documentSets'][number]): boolean =>
    (indices === null && dataStreams === null) ||
    (set.targetIndex !== null && (indices?.includes(set.targetIndex) ?? false)) ||
    (set.targetDataStream !== null && (dataStreams?.includes(set.targetDataStream) ?? false));
  const isWanted = (set: CorpusFacts['documentSets'][number]): boolean => set.sourceFormat === 'bulk' && isTarget(set);
  return corpora
    .filter((corpus) => selection.corpora.includes(corpus.name))
    .map((corpus) => ({ ...corpus, documentSets: corpus.documentSets.filter(isWanted) }))
    .filter((corpus) => corpus.documentSets.length > 0);
}
