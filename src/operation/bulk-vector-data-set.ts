// `bulk-vector-data-set`: indexes the vectors of a data set. The bodies of its requests are made in another thread.
// Documents that were refused, and requests that timed out, are sent again after a pause that grows.

import type { InPlaceRequest, RequestFactory } from '../http/request.ts';
import type { Answer } from '../transport/answer.ts';
import { millis } from '../units.ts';
import { BodyFeed } from '../vectors/body-feed.ts';
import type { BulkBodiesSpec } from '../vectors/bulk-bodies-spec.ts';
import { readAhead } from '../vectors/read-ahead.ts';
import { decodeHead } from './body.ts';
import { type BulkAnswerErrors, readBulkErrors, saysNoErrors } from './bulk-answer.ts';
import {
  type BulkVectorParams,
  bulkVectorFiles,
  checkBulkVectors,
  readBulkVectorParams,
} from './bulk-vector-params.ts';
import { clientRows, corporaOf, partOf, usedRows } from './data-set-params.ts';
import { defineOperation } from './define.ts';
import { describeFailure } from './http-error.ts';
import type { ScriptOperation, Session } from './operation.ts';
import { type OperationContext, type OperationType, type Outcome, RequestFailure } from './operation.ts';
import { jsonPath, scanNumber } from './scan.ts';

const TOOK = jsonPath('took');
const LINE_END = 0x0a;
/** Bytes of a printed dimension with its comma, on average; and of an action line with the rest of a document. */
const DIMENSION_BYTES = 12;
const DOCUMENT_BYTES = 90;

/** What became of one attempt to send documents; `errors` is `null` if the answer could not be read. */
type Attempt =
  | { readonly kind: 'answered'; readonly took: number; readonly errors: BulkAnswerErrors | null }
  | { readonly kind: 'failed'; readonly failure: RequestFailure };

class BulkVectorOperation implements ScriptOperation {
  readonly kind = 'script';
  readonly isFinite = true;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly params: BulkVectorParams;
  private readonly requests: RequestFactory;
  private readonly request: InPlaceRequest;
  private readonly timeout: OperationContext['requestTimeout'];
  private readonly feed: BodyFeed;

  constructor(params: BulkVectorParams, context: OperationContext) {
    const { options, path } = params;
    this.params = params;
    this.requests = context.requests;
    this.request = context.requests.prepareInPlace('POST', path, options.headers);
    this.timeout = options.timeout ?? context.requestTimeout;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.feed = new BodyFeed(context.vectors, bulkVectorBodies(params, context, 'lines', context.requests.headRoom));
  }

  get documents(): number {
    return this.feed.documents;
  }

  progress(): number {
    return this.feed.progress();
  }

  ready(): Promise<void> | null {
    return this.feed.ready();
  }

  next(): boolean {
    return this.feed.next();
  }

  close(): void {
    this.feed.close();
  }

  async run(session: Session, outcome: Outcome): Promise<void> {
    const { feed, params } = this;
    const total = feed.documents;
    let [body, length, left] = [feed.buffer, feed.length, total];
    for (let attempt = 0; ; attempt++) {
      this.request.setBody(body, length);
      const result = await this.attempt(session, left);
      const mayRepeat = attempt < params.retries;
      const failed = this.toRepeat(result, left);
      if (failed === null || !mayRepeat) {
        this.conclude(result, outcome, total, left);
        return;
      }
      if (failed.length < left) {
        body = this.pick(body, length, failed);
        length = body.length - this.requests.headRoom;
        left = failed.length;
      }
      await session.sleep(millis(Math.min(params.waitPeriod * 2 ** attempt, params.longestWaitPeriod)));
      session.countRetry();
    }
  }

  private async attempt(session: Session, documents: number): Promise<Attempt> {
    try {
      const { body } = await session.send(this.request, { isEnough: holdsNoErrors, timeout: this.timeout });
      const took = scanNumber(body, TOOK) ?? 0;
      return { kind: 'answered', took, errors: saysNoErrors(body) ? NO_ERRORS : readBulkErrors(body, documents) };
    } catch (failure) {
      if (failure instanceof RequestFailure) return { kind: 'failed', failure };
      throw failure;
    }
  }

  /** The documents that are to be sent again, by their positions; `null` = none are. */
  private toRepeat(result: Attempt, documents: number): readonly number[] | null {
    if (result.kind === 'failed') return result.failure.kind === 'timeout' ? allOf(documents) : null;
    if (!this.params.detailed || result.errors === null || result.errors.count === 0) return null;
    return result.errors.positions;
  }

  /**
   * Says how the execution ended, of whose documents `left` were in the last request. What was indexed by the requests
   * before it counts, whatever became of the last one.
   */
  private conclude(result: Attempt, outcome: Outcome, total: number, left: number): void {
    if (result.kind === 'failed' && left === total) throw result.failure;
    outcome.weight = total;
    outcome.unit = 'docs';
    outcome.documents = total;
    const failed = result.kind === 'failed' ? left : (result.errors?.count ?? left);
    if (result.kind === 'failed') {
      const { kind, description } = describeFailure(result.failure);
      outcome.fail(kind, description);
      outcome.failedDocuments = [{ kind, count: left, example: description }];
    } else if (result.errors === null) {
      const example = 'The answer to a bulk request cannot be read. Its items count as failed.';
      outcome.fail('bulk', example);
      outcome.failedDocuments = [{ kind: 'unreadable answer', count: left, example }];
    } else {
      if (failed > 0) outcome.fail('bulk', result.errors.description);
      outcome.failedDocuments = result.errors.kinds;
    }
    if (!this.params.detailed) return;
    outcome.details = new Map([
      ['took', result.kind === 'answered' ? result.took : 0],
      ['success-count', total - failed],
      ['error-count', failed],
    ]);
  }

  /** A body of some of the documents of a body: those at `positions`, which ascend. */
  private pick(body: Buffer, length: number, positions: readonly number[]): Buffer {
    const { headRoom } = this.requests;
    const pieces: Buffer[] = [Buffer.alloc(headRoom)];
    let [at, document] = [headRoom, 0];
    for (const position of positions) {
      for (; document < position; document++) at = afterDocument(body, at);
      const end = afterDocument(body, at);
      pieces.push(body.subarray(at, end));
      [at, document] = [end, position + 1];
    }
    return at <= headRoom + length ? Buffer.concat(pieces) : body;
  }
}

/** A document is a line with the action, and a line with the document. Neither holds the end of a line. */
function afterDocument(body: Buffer, at: number): number {
  return body.indexOf(LINE_END, body.indexOf(LINE_END, at) + 1) + 1;
}

const NO_ERRORS: BulkAnswerErrors = { count: 0, description: '', kinds: [], positions: [] };
const allOf = (count: number): readonly number[] => Array.from({ length: count }, (_, position) => position);
const holdsNoErrors = (answer: Answer): boolean => saysNoErrors(decodeHead(answer));

/** The bodies of one client; `headRoom` is kept free in front of each. */
export function bulkVectorBodies(
  params: BulkVectorParams,
  { workload, clientIndex, clientCount }: OperationContext,
  encoding: BulkBodiesSpec['encoding'],
  headRoom: number,
): BulkBodiesSpec {
  const { vectors, parents, attributes } = bulkVectorFiles(params, workload.corpora);
  const rows = usedRows(partOf(vectors, 'train', workload)?.rows ?? 0, params.vectors);
  return {
    kind: 'bulk',
    encoding,
    headRoom,
    readAhead: readAhead(clientCount),
    vectors,
    ...clientRows(rows, clientIndex, clientCount),
    limit: rows,
    bulkSize: params.bulkSize,
    index: params.index,
    field: params.field,
    idField: params.idField,
    nested: params.nestedField === null || parents === null ? null : { field: params.nestedField, parents },
    attributes: attributes === null ? null : { names: params.attributes, from: attributes },
  };
}

/**
 * `bulk-vector-data-set`: one sample is one request of `bulk_size` vectors with its repeats. It weighs its documents.
 */
export const bulkVectorDataSet: OperationType = defineOperation({
  name: 'bulk-vector-data-set',
  isAdmin: false,
  runsOnServerless: true,
  read: readBulkVectorParams,
  documents: 'vectors',
  corpora: ({ dataSet }) => corporaOf([dataSet]),
  dataSets: (params, { corpora }) => Object.values(bulkVectorFiles(params, corpora)).filter((file) => file !== null),
  checkData: checkBulkVectors,
  limitsEachRequest: true,
  unit: () => 'docs',
  bodyBytes: (params, workload) => {
    const { vectors } = bulkVectorFiles(params, workload.corpora);
    const columns = partOf(vectors, 'train', workload)?.columns ?? 0;
    return params.bulkSize * (columns * DIMENSION_BYTES + DOCUMENT_BYTES);
  },
  create: (params, context) => new BulkVectorOperation(params, context),
});
