// Connects the generator of documents to the preparation of corpora, which reports progress as events of the run.
import type { GenerateDocuments } from '../preparation.ts';
import { generateFile } from './generate-file.ts';

const EVENT_INTERVAL_MILLIS = 200;

/** Makes a function that generates document files with at most `cores` threads. */
export function documentGenerator(cores: number): GenerateDocuments {
  return async (documentSet, targetPath, listener, signal) => {
    const what = `Generating ${documentSet.documentFile}`;
    const total = documentSet.documentCount;
    let lastEvent = Number.NEGATIVE_INFINITY;
    const onDocuments = (done: number): void => {
      const now = performance.now();
      if (now - lastEvent < EVENT_INTERVAL_MILLIS && done < total) return;
      lastEvent = now;
      listener({ kind: 'preparation', what, done, total, unit: 'documents' });
    };
    onDocuments(0);
    await generateFile(documentSet, targetPath, { cores, listener: onDocuments, signal });
    listener({ kind: 'preparation-end', what });
  };
}
