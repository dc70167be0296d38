// `bulk`: sends slices of the corpora. Requests are made in place in one buffer, and of most answers only the first
// bytes are read.
import { BulkReader } from '../corpus/bulk-reader.ts';
import { clientSlices } from '../corpus/client-slices.ts';
import type { PreparedCorpus } from '../corpus/prepared.ts';
import type { Answer } from '../http/answer.ts';
import type { InPlaceRequest, PreparedRequest } from '../http/request.ts';
import { decodeBody, decodeHead, whyUnreadable } from './body.ts';
import { readBulkErrors, saysNoErrors } from './bulk-answer.ts';
import { type BulkParams, readBulkParams, selectCorpora } from './bulk-params.ts';
import { defineOperation } from './define.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import { jsonPath, scanNumber } from './scan.ts';

const TOOK = jsonPath('took');

class BulkOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'peek';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader;
  private readonly request: InPlaceRequest;
  private readonly detailed: boolean;
  private hasNoErrors = false;
  private took: number | undefined;

  constructor(params: BulkParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.detailed = params.detailed;
    this.request = context.requests.prepareInPlace('POST', params.path, params.options.headers);
    this.reader = new BulkReader(clientSlices(corpora, context.clientIndex, context.clientCount), {
      bulkSize: params.bulkSize,
      headRoom: context.requests.headRoom,
      ingestPercentage: params.ingestPercentage,
      looped: params.looped,
      conflicts: params.conflicts,
      random: context.random,
    });
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
    this.hasNoErrors = false;
    this.took = undefined;
    if (!this.reader.next()) return null;
    this.request.setBody(this.reader.buffer, this.reader.length);
    return this.request;
  }

  needsWholeBody(answer: Answer): boolean {
    const head = decodeHead(answer);
    this.hasNoErrors = saysNoErrors(head);
    if (this.detailed) this.took = scanNumber(head, TOOK);
    return !this.hasNoErrors;
  }

  read(answer: Answer, outcome: Outcome): void {
    outcome.weight = this.documents;
    outcome.unit = 'docs';
    outcome.documents = this.documents;
    const errorCount = this.hasNoErrors ? 0 : this.readErrors(answer, outcome);
    if (!this.detailed) return;
    outcome.details = new Map([
      ['took', this.took ?? 0],
      ['success-count', this.documents - errorCount],
      ['error-count', errorCount],
    ]);
  }

  close(): void {
    void this.reader.close();
  }

  private readErrors(answer: Answer, outcome: Outcome): number {
    const errors = answer.isWhole ? readBulkErrors(decodeBody(answer), this.documents) : null;
    if (errors === null) {
      const reason = whyUnreadable(answer);
      const example = `The answer to a bulk request cannot be read: ${reason}. Its items count as failed.`;
      outcome.fail('bulk', example);
      outcome.failedDocuments = [{ kind: 'unreadable answer', count: this.documents, example }];
      return this.documents;
    }
    if (errors.count > 0) outcome.fail('bulk', errors.description);
    outcome.failedDocuments = errors.kinds;
    return errors.count;
  }
}

/** An action line with the name of an index has about so many bytes. */
const ACTION_BYTES = 60;

/** Of documents of average size. */
function largestBody({ bulkSize }: BulkParams, corpora: readonly PreparedCorpus[], clients: number): number {
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
  corpora: (params) => params.selection.corpora,
  bodyBytes: (params, workload, clients) =>
    largestBody(params, selectCorpora(workload.corpora, params.selection), clients),
  create: (params, context) => new BulkOperation(params, context),
});
