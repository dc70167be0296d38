// `bulk` in Milvus: one request with `bulk-size` documents as entities. The body is made in place around the documents.
import { BulkReader } from '../../corpus/bulk-reader.ts';
import { clientSlices } from '../../corpus/client-slices.ts';
import { framedDocuments } from '../../corpus/document-writer.ts';
import type { PreparedDocumentSet } from '../../corpus/prepared.ts';
import type { InPlaceRequest } from '../../http/request.ts';
import type { Answer } from '../../transport/answer.ts';
import type { PreparedRequest } from '../../transport/request.ts';
import { decodeBody } from '../body.ts';
import { largestBody } from '../bulk.ts';
import { type BulkParams, selectCorpora } from '../bulk-params.ts';
import { defineOperation } from '../define.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from '../operation.ts';
import { readDocuments } from './documents.ts';
import { insertCount, milvusRefusal } from './milvus-answer.ts';

const COMMA = 0x2c;
const OPENING = 0x5b;
const TAIL = Buffer.from(']}');

/** Puts a comma in front of each document. */
const COMMAS = {
  extraBytes: 1,
  write(buffer: Buffer, position: number): number {
    buffer[position] = COMMA;
    return position + 1;
  },
};

/** The start of a body: `{"collectionName":"c","data":`. */
function headOf({ targetIndex, targetDataStream }: PreparedDocumentSet): Buffer {
  return Buffer.from(`{"collectionName":${JSON.stringify(targetIndex ?? targetDataStream ?? '')},"data":`);
}

class MilvusBulk implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'all';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly reader: BulkReader;
  private readonly request: InPlaceRequest;
  private readonly heads: ReadonlyMap<PreparedDocumentSet, Buffer>;
  /** Where a head begins: it ends where the documents do, whose first comma becomes a bracket. */
  private readonly bodyStart: number;
  private readonly longestHead: number;

  constructor(params: BulkParams, context: OperationContext) {
    const corpora = selectCorpora(context.workload.corpora, params.selection);
    const sets = corpora.flatMap(({ documentSets }) => documentSets);
    this.heads = new Map(sets.map((set) => [set, headOf(set)]));
    this.longestHead = Math.max(0, ...[...this.heads.values()].map(({ length }) => length));
    this.bodyStart = context.requests.headRoom;
    this.isFinite = !params.looped;
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.request = context.requests.prepareInPlace('POST', '/v2/vectordb/entities/insert', params.options.headers);
    this.reader = new BulkReader(clientSlices(corpora, context.clientIndex, context.clientCount, params.amount), {
      bulkSize: params.bulkSize,
      headRoom: this.bodyStart + this.longestHead,
      looped: params.looped,
      conflicts: null,
      writerOf: () => framedDocuments(COMMAS),
      tail: TAIL,
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
    const { reader } = this;
    if (!reader.next()) return null;
    const { documentSet, buffer, length } = reader;
    const head = documentSet === null ? undefined : this.heads.get(documentSet);
    const start = this.bodyStart + this.longestHead;
    // A shorter head is filled up with spaces, which JSON allows in front of a value.
    buffer.fill(0x20, this.bodyStart, start);
    head?.copy(buffer, this.bodyStart);
    buffer[start] = OPENING;
    this.request.setBody(buffer, this.longestHead + length);
    return this.request;
  }

  read(answer: Answer, outcome: Outcome): void {
    const { documents } = this;
    outcome.weight = documents;
    outcome.unit = 'docs';
    outcome.documents = documents;
    const body = decodeBody(answer);
    const refusal = milvusRefusal(body);
    if (refusal !== null) {
      outcome.fail(refusal.kind, refusal.description);
      outcome.failedDocuments = [{ kind: refusal.kind, count: documents, example: refusal.description }];
      return;
    }
    const missing = documents - (insertCount(body) ?? documents);
    if (missing <= 0) return;
    const description = `Milvus inserted ${documents - missing} of ${documents} entities.`;
    outcome.fail('bulk', description);
    outcome.failedDocuments = [{ kind: 'not inserted', count: missing, example: description }];
  }

  close(): void {
    void this.reader.close();
  }
}

/** `bulk` of Milvus. Its weight is the number of documents. */
export const milvusBulk: OperationType = defineOperation({
  name: 'bulk',
  isAdmin: false,
  runsOnServerless: false,
  read: (reader, facts) => readDocuments(reader, facts, 'Milvus'),
  unit: () => 'docs',
  corpora: (params) => params.selection.corpora,
  bodyBytes: (params, workload, clients) =>
    largestBody(params, selectCorpora(workload.corpora, params.selection), clients),
  create: (params, context) => new MilvusBulk(params, context),
});
