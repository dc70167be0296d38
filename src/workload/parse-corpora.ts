// Parses the corpora of a workload and their documents.
import { archiveExtensions } from './archive-names.ts';
import { CORPUS_KEYS, DOCUMENT_KEYS, findIdleKeys } from './known-keys.ts';
import type { Corpus, DocumentSet, IndexDefinitions } from './model.ts';
import { type ObjectView, rejectDuplicates } from './object-view.ts';

const SOURCE_FORMATS = ['bulk', 'hdf5', 'big-ann'] as const;

interface CorpusDefaults {
  readonly definitions: IndexDefinitions;
  readonly baseUrl: string | null;
  readonly sourceFormat: DocumentSet['sourceFormat'];
  readonly includesActionAndMetaData: boolean;
  readonly targetIndex: string | null;
  readonly targetDataStream: string | null;
  readonly targetType: string | null;
  readonly isStreaming: boolean;
}

/**
 * Reads `corpora`; empty if there are none. What a document set does not say is taken from its corpus, and its target
 * from the workload if that defines just one.
 */
export function parseCorpora(root: ObjectView, definitions: IndexDefinitions): readonly Corpus[] {
  const views = root.objects('corpora') ?? [];
  const corpora = views.map((view) => parseCorpus(view, definitions));
  rejectDuplicates(
    views.map((view, index) => ({ name: corpora[index]?.name ?? '', view })),
    'corpus',
  );
  return corpora;
}

function parseCorpus(view: ObjectView, definitions: IndexDefinitions): Corpus {
  const name = view.requiredName('name');
  findIdleKeys(view, CORPUS_KEYS);
  const isStreaming = view.choice('streaming-ingestion', ['aws']) !== null;
  const defaults: CorpusDefaults = {
    definitions,
    baseUrl: view.text('base-url'),
    sourceFormat: view.choice('source-format', SOURCE_FORMATS) ?? 'bulk',
    includesActionAndMetaData: view.boolean('includes-action-and-meta-data', false),
    targetIndex: view.text('target-index') ?? only(definitions.indices.map((index) => index.name)),
    targetDataStream: view.text('target-data-stream') ?? only(definitions.dataStreams),
    targetType:
      view.text('target-type') ??
      (definitions.indices.length === 1 ? only(definitions.indices.flatMap((index) => index.types)) : null),
    isStreaming,
  };
  const documents = view.objects('documents');
  if (documents === null) view.complain('documents', 'is missing; it must be a non-empty array');
  return {
    name,
    meta: view.jsonObject('meta'),
    documentSets: (documents ?? []).map((document) => parseDocumentSet(document, defaults)),
  };
}

function parseDocumentSet(view: ObjectView, defaults: CorpusDefaults): DocumentSet {
  const sourceFile = view.requiredName('source-file');
  findIdleKeys(view, DOCUMENT_KEYS);
  const documentFile = unpackedName(sourceFile);
  const includesActionAndMetaData = view.boolean('includes-action-and-meta-data', defaults.includesActionAndMetaData);
  const documentCount = view.integer('document-count', 1);
  if (defaults.isStreaming) checkStreamed(view, documentFile !== sourceFile, includesActionAndMetaData);
  if (!view.has('document-count') && !defaults.isStreaming)
    view.complain('document-count', 'is missing; it must be the number of documents');
  return {
    sourceFormat: view.choice('source-format', SOURCE_FORMATS) ?? defaults.sourceFormat,
    documentFile,
    archiveFile: documentFile === sourceFile ? null : sourceFile,
    baseUrl: nonEmpty(view.text('base-url') ?? defaults.baseUrl),
    sourceUrl: nonEmpty(view.text('source-url')),
    parts: parseParts(view),
    documentCount: documentCount ?? 0,
    includesActionAndMetaData,
    compressedBytes: view.integer('compressed-bytes', 1),
    uncompressedBytes: view.integer('uncompressed-bytes', 1),
    ...(includesActionAndMetaData
      ? { targetIndex: null, targetType: null, targetDataStream: null }
      : parseTargets(view, defaults)),
    meta: view.jsonObject('meta'),
    generator: parseGenerator(view),
    isStreamed: defaults.isStreaming,
  };
}

/** The lines of a stream are cut from the middle of objects, where neither archives nor action lines can be told. */
function checkStreamed(view: ObjectView, isArchive: boolean, hasActions: boolean): void {
  if (isArchive) view.complain('source-file', 'must not be an archive, as the corpus is streamed');
  if (hasActions) view.complain('includes-action-and-meta-data', 'must be false, as the corpus is streamed');
}

function parseTargets(
  view: ObjectView,
  { definitions, ...defaults }: CorpusDefaults,
): Pick<DocumentSet, 'targetIndex' | 'targetType' | 'targetDataStream'> {
  const targetIndex = view.text('target-index') ?? defaults.targetIndex;
  const targetDataStream = view.text('target-data-stream') ?? defaults.targetDataStream;
  const targetType = view.text('target-type') ?? defaults.targetType;
  if (targetDataStream !== null && definitions.indices.length > 0) {
    view.complain('target-data-stream', 'cannot be combined with the indices of the workload', 'Use target-index.');
  } else if (targetIndex !== null && definitions.dataStreams.length > 0) {
    view.complain(
      'target-index',
      'cannot be combined with the data-streams of the workload',
      'Use target-data-stream.',
    );
  } else if (targetType !== null && targetDataStream !== null) {
    view.complain('target-type', 'cannot be combined with a data stream');
  } else if (targetIndex === null && targetDataStream === null) {
    const key = definitions.dataStreams.length > 0 ? 'target-data-stream' : 'target-index';
    const reason =
      definitions.indices.length + definitions.dataStreams.length > 1
        ? 'the workload has several'
        : 'the workload defines none';
    view.complain(
      key,
      `is missing, and ${reason} to send the documents to`,
      'Name it here or at the corpus, or set includes-action-and-meta-data.',
    );
  }
  return { targetIndex, targetType, targetDataStream };
}

function parseParts(view: ObjectView): DocumentSet['parts'] {
  return (view.objects('source-file-parts') ?? []).map((part) => {
    if (!part.has('size')) part.complain('size', 'is missing; it must be the number of bytes');
    return { name: part.requiredName('name'), size: part.integer('size', 1) ?? 0 };
  });
}

function parseGenerator(view: ObjectView): DocumentSet['generator'] {
  const generator = view.object('generator');
  return generator === null ? null : { name: generator.requiredName('name'), seed: generator.integer('seed', 0) ?? 42 };
}

/** The name of the document file inside an archive: without the extension of the archive; a plain file's own name. */
export function unpackedName(sourceFile: string): string {
  const extension = archiveExtensions.find((candidate) => sourceFile.toLowerCase().endsWith(candidate));
  return extension === undefined ? sourceFile : sourceFile.slice(0, -extension.length);
}

function only(names: readonly string[]): string | null {
  return names.length === 1 ? (names[0] ?? null) : null;
}

function nonEmpty(text: string | null): string | null {
  return text === '' ? null : text;
}
