// Which documents the tasks of a test run send.
import { borrowsDocuments } from '../operation/corpus-source.ts';
import { operationCatalog, operationType } from '../operation/registry.ts';
import type { LoadedWorkload } from '../workload/load.ts';
import { type Corpus, type DocumentSet, leafTasks } from '../workload/model.ts';
import { hasOtherSource } from '../workload/unsupported-features.ts';

/** The corpora that the tasks of the procedure send, each once, with the documents that they send. */
export function neededCorpora({ workload, testProcedure, plugin }: LoadedWorkload): readonly Corpus[] {
  const wanted = new Set(
    leafTasks(testProcedure.schedule).flatMap(({ name, operation }) => {
      const type = operationType(borrowsDocuments(operation) ? 'bulk' : operation.type);
      const names = hasOtherSource(operation, operationCatalog)
        ? (plugin?.corpora.get(name) ?? [])
        : (type?.corpora(operation, workload) ?? []);
      return names.map((corpus) => `${type?.documents ?? 'bulk'} ${corpus}`);
    }),
  );
  return workload.corpora
    .map((corpus) => ({ ...corpus, documentSets: corpus.documentSets.filter((set) => wanted.has(keyOf(set, corpus))) }))
    .filter(({ documentSets }) => documentSets.length > 0);
}

/** By which operations want the documents of a set: what they are, and the name of their corpus. */
const keyOf = ({ sourceFormat }: DocumentSet, { name }: Corpus): string =>
  `${sourceFormat === 'bulk' ? 'bulk' : 'vectors'} ${name}`;
