// `bulk`: sends slices of the corpora. Requests are made in place in one buffer, and of most answers only the first
// bytes are read.
import { BulkReader } from '../corpus/bulk-reader.ts';
import { clientSlices } from '../corpus/client-slices.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import { isStreamed, mixedDocuments, StreamReader } from '../corpus/stream/stream-reader.ts';
import type { InPlaceRequest } from '../http/request.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { BulkAnswerReader } from './bulk-answer-reader.ts';
import { type BulkParams, readBulkParams, selectCorpora } from './bulk-params.ts';
import { defineOperation } from './define.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import { SourcedBulk } from './sourced-bulk.ts';

class BulkOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'peek';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader | StreamReader;
  private readonly request: InPlaceRequest;
  private readonly answers: BulkAnswerReader;

  constructor(params: BulkParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.answers = new BulkAnswerReader(params.detailed);
    this.request = context.requests.prepareInPlace('POST', params.path, params.options.headers);
    this.reader = readerOf(params, corpora, context);
  }

  get documents(): number {
    return this.reader.documents;
  }

  progress(): number | null {
    return this.reader.progress();
  }

  ready(): Promise<void> | null {
    return this.reader.ready();
  }

  next(): PreparedRequest | null {
    if (!this.reader.next()) return null;
    this.answers.expect(this.documents);
    this.request.setBody(this.reader.buffer, this.reader.length);
    return this.request;
  }

  needsWholeBody(answer: Answer): boolean {
    return this.answers.needsWholeBody(answer);
  }

  read(answer: Answer, outcome: Outcome): void {
    this.answers.read(answer, outcome);
  }

  close(): void {
    void this.reader.close();
  }
}

function readerOf(
  params: BulkParams,
  corpora: readonly PreparedCorpus[],
  { clientIndex, clientCount, requests: { headRoom }, random }: OperationContext,
): BulkReader | StreamReader {
  const { bulkSize, amount, looped, conflicts } = params;
  const sets = corpora.flatMap(({ documentSets }) => documentSets);
  const streamed = sets.filter(isStreamed);
  if (streamed.length === 0) {
    const slices = clientSlices(corpora, clientIndex, clientCount, amount);
    return new BulkReader(slices, { bulkSize, headRoom, looped, conflicts, random });
  }
  if (streamed.length < sets.length) throw mixedDocuments();
  return new StreamReader(streamed, { clientIndex, clientCount, bulkSize, headRoom, looped });
}

/** An action line with the name of an index has about so many bytes. */
const ACTION_BYTES = 60;

/** About how many bytes the largest body of one of `clients` clients has, with documents of average size. */
export function largestBody(
  { bulkSize }: Pick<BulkParams, 'bulkSize'>,
  corpora: readonly PreparedCorpus[],
  clients: number,
): number {
  const bodies = corpora.flatMap(({ documentSets }) =>
    documentSets.map(({ size, documentCount }) => {
      const documents = Math.min(bulkSize, Math.ceil(documentCount / clients));
      return documents * (size / Math.max(1, documentCount) + ACTION_BYTES);
    }),
  );
  return Math.max(0, ...bodies);
}

/** `bulk`: one sample is one request of `bulk-size` documents, and its weight is their number. */
export const bulk: OperationType = defineOperation({
  name: 'bulk',
  isAdmin: false,
  runsOnServerless: true,
  read: readBulkParams,
  unit: () => 'docs',
  corpora: (params) => params.selection.corpora,
  bodyBytes: (params, workload, clients) =>
    largestBody(params, selectCorpora(workload.corpora, params.selection), clients),
  create: (params, context) => new BulkOperation(params, context),
  over: { bodies: 'lines', create: (source, context, first) => new SourcedBulk(source, context, first) },
});
