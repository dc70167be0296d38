// Test mode: a workload cut down to a smoke test.
import { isJsonNumber, type Json, toNumber } from '../json.ts';
import { type Seconds, seconds } from '../units.ts';
import type { DocumentSet, Operation, ScheduleElement, Task, Workload } from './model.ts';

const DOCUMENTS = 1000;
const MAX_TIME_PERIOD = 10;

/**
 * The workload with 1,000 documents from `-1k` files and the first 1,000 vectors of data sets, at most as many
 * iterations as clients, at most 10 s per task, and neither warm-up time nor ramps nor throttling.
 */
export function forTestMode(workload: Workload): Workload {
  const cutElement = (element: ScheduleElement): ScheduleElement =>
    element.kind === 'parallel' ? { ...element, tasks: element.tasks.map(cutTask) } : cutTask(element);
  return {
    ...workload,
    corpora: workload.corpora.map((corpus) => ({ ...corpus, documentSets: corpus.documentSets.map(cutDocuments) })),
    testProcedures: workload.testProcedures.map((procedure) => ({
      ...procedure,
      schedule: procedure.schedule.map(cutElement),
    })),
  };
}

function cutTask(task: Task): Task {
  const atMostClients = (count: number | null): number | null =>
    count === null ? null : Math.min(count, task.clients);
  const atMost = (period: Seconds | null, limit: number): Seconds | null =>
    period === null ? null : seconds(Math.min(period, limit));
  return {
    ...task,
    operation: cutOperation(task.operation),
    warmupIterations: atMostClients(task.warmupIterations),
    iterations: atMostClients(task.iterations),
    warmupTimePeriod: atMost(task.warmupTimePeriod, 0),
    timePeriod: atMost(task.timePeriod, MAX_TIME_PERIOD),
    // Ramps must not be longer than the periods, which are now short.
    rampUpTimePeriod: null,
    rampDownTimePeriod: null,
    targetThroughput: null,
  };
}

/** There are no small files of data sets of vectors, so an operation sends the first vectors of the whole, once. */
function cutOperation(operation: Operation): Operation {
  const { params } = operation;
  const isGiven = (name: string): boolean => (params.get(name) ?? '') !== '';
  if (!isGiven('data_set_path') && !isGiven('data_set_corpus')) return operation;
  const given = params.get('num_vectors');
  const wanted = isJsonNumber(given) ? toNumber(given) : -1;
  const cut = new Map<string, Json>([
    ...params,
    ['num_vectors', wanted < 0 ? DOCUMENTS : Math.min(wanted, DOCUMENTS)] as const,
  ]);
  return { ...operation, params: params.has('repetitions') ? cut.set('repetitions', 1) : cut };
}

/**
 * The document set of the small file. An address of its own is changed to that of the small file, and parts are
 * dropped, as a smoke test must not download everything. If there is no small file, the download says so.
 */
function cutDocuments(documents: DocumentSet): DocumentSet {
  if (documents.sourceFormat !== 'bulk' || documents.isStreamed) return documents;
  return {
    ...documents,
    documentFile: smallName(documents.documentFile),
    archiveFile:
      documents.archiveFile === null
        ? null
        : smallName(documents.documentFile) + documents.archiveFile.slice(documents.documentFile.length),
    sourceUrl:
      documents.sourceUrl === null
        ? null
        : smallUrl(documents.sourceUrl, documents.archiveFile ?? documents.documentFile, documents),
    parts: [],
    documentCount: DOCUMENTS,
    compressedBytes: null,
    uncompressedBytes: null,
  };
}

/** `a.json` → `a-1k.json`; a name without an extension gets the mark at its end. */
function smallName(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name}-1k` : `${name.slice(0, dot)}-1k${name.slice(dot)}`;
}

function smallUrl(url: string, sourceFile: string, documents: DocumentSet): string {
  const archiveExtension = documents.archiveFile === null ? '' : sourceFile.slice(documents.documentFile.length);
  const [address = '', ...query] = url.split(/(?=[?#])/);
  const stem =
    archiveExtension !== '' && address.endsWith(archiveExtension)
      ? address.slice(0, -archiveExtension.length)
      : address;
  const slash = stem.lastIndexOf('/') + 1;
  return stem.slice(0, slash) + smallName(stem.slice(slash)) + address.slice(stem.length) + query.join('');
}
