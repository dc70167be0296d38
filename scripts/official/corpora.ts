// Small corpora for a workload: the files that test mode reads, made from the mapping of the index that they go to.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathWithin } from '../../src/corpus/document-files.ts';
import {
  type Corpus,
  type DocumentSet,
  leafTasks,
  type TestProcedure,
  type Workload,
} from '../../src/workload/model.ts';
import { documentMaker } from './documents.ts';
import { hintsOf, type QueryHints } from './query-hints.ts';
import { writeVectorSets } from './vector-sets.ts';

/**
 * Writes the document files of a workload that was loaded in test mode below a data directory, where a run looks for
 * them, and the data sets of vectors that the test procedure reads. Files that are there with the same content stay as
 * they are.
 */
export async function writeCorpora(workload: Workload, procedure: TestProcedure, dataDirectory: string): Promise<void> {
  const operations = workload.testProcedures.flatMap(({ schedule }) =>
    leafTasks(schedule).map((task) => task.operation),
  );
  const hints = hintsOf(operations);
  for (const corpus of workload.corpora)
    for (const documentSet of corpus.documentSets)
      if (documentSet.sourceFormat === 'bulk' && documentSet.generator === null)
        writeDocuments(workload, corpus, documentSet, hints, dataDirectory);
  await writeVectorSets(workload, procedure, dataDirectory);
}

function writeDocuments(
  workload: Workload,
  corpus: Corpus,
  documentSet: DocumentSet,
  hints: QueryHints,
  dataDirectory: string,
): void {
  const { targetIndex, documentFile, documentCount, includesActionAndMetaData } = documentSet;
  const index = workload.indices.find(({ name }) => name === targetIndex) ?? workload.indices[0];
  const makeDocument = documentMaker(index?.body ?? null, hints);
  const action = includesActionAndMetaData ? `${JSON.stringify({ index: { _index: index?.name ?? '' } })}\n` : '';
  const lines = Array.from(
    { length: documentCount },
    (_, number) => `${action}${JSON.stringify(makeDocument(number))}\n`,
  );
  const path = pathWithin(pathWithin(dataDirectory, corpus.name), documentFile);
  mkdirSync(dirname(path), { recursive: true });
  const text = lines.join('');
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
