// `proto-bulk-vector-data-set`: indexes the vectors of a data set over gRPC. Messages are made in another thread, but
// for what all documents of a message share.
import { BULK_METHOD, bulkHead } from '../grpc/bulk-message.ts';
import { GrpcCall } from '../grpc/call.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { BodyFeed } from '../vectors/body-feed.ts';
import { bulkVectorBodies } from './bulk-vector-data-set.ts';
import {
  type BulkVectorParams,
  bulkVectorFiles,
  checkBulkVectors,
  readBulkVectorParams,
} from './bulk-vector-params.ts';
import { corporaOf } from './data-set-params.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { callTimeout, grpcTarget, refuseOverGrpc } from './grpc-target.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import type { ParamReader } from './params.ts';
import { documentFormats } from './proto-bulk.ts';
import { ProtoBulkAnswers } from './proto-bulk-answers.ts';

interface ProtoBulkVectorParams extends BulkVectorParams {
  readonly format: (typeof documentFormats)[number];
}

function readParams(reader: ParamReader, facts: ParameterFacts): ProtoBulkVectorParams {
  const params = readBulkVectorParams(reader, facts);
  refuseOverGrpc(reader, { 'detailed-results': 'Use the operation type "bulk-vector-data-set", or leave it out.' });
  if (params.nestedField !== null)
    reader.problem(
      'field',
      'Nested vectors cannot be sent over gRPC.',
      'Use the operation type "bulk-vector-data-set".',
    );
  return { ...params, format: reader.choice('document-format', 'json', documentFormats) };
}

class ProtoBulkVectorOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'all';
  readonly isFinite = true;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  private readonly feed: BodyFeed;
  private readonly head: Buffer;
  private readonly call: GrpcCall;
  private readonly answers = new ProtoBulkAnswers();

  constructor(params: ProtoBulkVectorParams, context: OperationContext) {
    this.head = bulkHead(params.index, null);
    this.expectedWeight = { weight: params.bulkSize, unit: 'docs' };
    this.call = new GrpcCall(BULK_METHOD, callTimeout(context), false);
    const encoding = params.format === 'cbor' ? 'grpc-cbor' : 'grpc-json';
    this.feed = new BodyFeed(context.vectors, bulkVectorBodies(params, context, encoding, this.head.length));
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

  next(): PreparedRequest | null {
    const { feed, head } = this;
    if (!feed.next()) return null;
    head.copy(feed.buffer);
    this.call.message = feed.buffer;
    return this.call;
  }

  read({ body }: Answer, outcome: Outcome): void {
    this.answers.read(body, this.documents, outcome);
  }

  close(): void {
    this.feed.close();
  }
}

/** `proto-bulk-vector-data-set`: one sample is one call with `bulk_size` vectors. It weighs its documents. */
export const protoBulkVectorDataSet: OperationType = defineOperation({
  name: 'proto-bulk-vector-data-set',
  isAdmin: false,
  runsOnServerless: false,
  read: readParams,
  documents: 'vectors',
  target: grpcTarget,
  unit: () => 'docs',
  corpora: ({ dataSet }) => corporaOf([dataSet]),
  dataSets: (params, { corpora }) => Object.values(bulkVectorFiles(params, corpora)).filter((file) => file !== null),
  checkData: (params: ProtoBulkVectorParams, workload, clients) => checkBulkVectors(params, workload, clients),
  create: (params, context) => new ProtoBulkVectorOperation(params, context),
});
