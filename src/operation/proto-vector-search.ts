// `proto-vector-search`: a search over gRPC for the vectors that are nearest to a vector of a data set. All messages of
// a client are alike but for the bytes of the vector.
import { GrpcCall } from '../grpc/call.ts';
import { ProtoMessage } from '../grpc/protobuf.ts';
import { encodeSearch, SEARCH_METHOD, type SearchMessageParts } from '../grpc/search-message.ts';
import { isJsonObject } from '../json.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { BodyFeed } from '../vectors/body-feed.ts';
import { readAhead } from '../vectors/read-ahead.ts';
import type { SearchBodiesSpec, SearchPiece } from '../vectors/search-bodies.ts';
import { clientRows, corporaOf, partOf, usedRows } from './data-set-params.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { callTimeout, grpcTarget, refuseOverGrpc } from './grpc-target.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import { ParamReader } from './params.ts';
import { readTimeout } from './request-options.ts';
import { readSearchNames } from './target.ts';
import {
  checkVectorSearch,
  readVectorSearchParams,
  type VectorSearchParams,
  vectorSearchFiles,
} from './vector-search-params.ts';

interface ProtoVectorParams extends VectorSearchParams {
  /** The search without its query. */
  readonly parts: SearchMessageParts;
}

const LEAVE_OUT = 'Leave it out, or use the operation type "vector-search".';
const REFUSED = [
  'detailed-results',
  'calculate-recall',
  'id-field-name',
  'response-compression-enabled',
  'type',
  'filter_type',
  'filter_body',
  'filter',
  'radial_search_type',
  'oversample_factor',
  'profile-metrics',
  'assertions',
];

function readParams(reader: ParamReader, facts: ParameterFacts): ProtoVectorParams {
  const params = readVectorSearchParams(reader, facts);
  refuseOverGrpc(reader, Object.fromEntries(REFUSED.map((name) => [name, LEAVE_OUT])));
  if (params.query.nestedField !== null)
    reader.problem('field', 'A nested field cannot be searched over gRPC.', 'Use the operation type "vector-search".');
  return { ...params, calculatesRecall: false, parts: readParts(reader, facts, params) };
}

function readParts(reader: ParamReader, facts: ParameterFacts, { query }: VectorSearchParams): SearchMessageParts {
  const timeout = readTimeout(reader);
  const params = reader.value('request-params');
  const more = new ParamReader(params !== null && isJsonObject(params) ? params : new Map());
  const body = reader.nested(query.body, 'body');
  const fetchSource = more.boolean('_source', false);
  return {
    indices: readSearchNames(reader, facts),
    fetchSource,
    requestCache: reader.boolean('cache', null),
    allowPartialResults: more.boolean('allow_partial_search_results', false),
    docvalueFields: body.names('docvalue_fields', []),
    body: {
      query: null,
      from: null,
      size: body.integer('size', query.bound.kind === 'nearest' ? query.bound.k : null, { min: 0 }),
      profile: null,
      minScore: null,
      terminateAfter: null,
      timeout: timeout === null ? null : `${Math.round(timeout)}ms`,
      // Without stored fields a search is quicker, but it cannot bring the documents then.
      storedFields: body.names('stored_fields', fetchSource ? [] : ['_none_']),
      trackTotalHits: null,
    },
  };
}

const FLOAT_BYTES = 4;

/** The query with a vector of bytes that are all alike. */
function queryWith({ query: { field, bound } }: ProtoVectorParams, columns: number, filling: number): ProtoMessage {
  const message = new ProtoMessage().text(1, field).bytes(2, Buffer.alloc(columns * FLOAT_BYTES, filling));
  if (bound.kind === 'nearest') message.integer(3, bound.k);
  else if (bound.kind === 'radial') message.float(bound.by === 'min_score' ? 4 : 5, bound.threshold);
  return new ProtoMessage().message(24, message);
}

/** The message in three pieces: what stands before the vector, the vector, and what stands behind it. */
function messagePieces(params: ProtoVectorParams, columns: number): readonly SearchPiece[] {
  const messageWith = (filling: number): Buffer =>
    encodeSearch({ ...params.parts, body: { ...params.parts.body, query: queryWith(params, columns, filling) } });
  const [zeros, ones] = [messageWith(0), messageWith(0xff)];
  // Two messages differ nowhere but in the bytes of their vectors.
  const start = zeros.findIndex((byte, index) => byte !== ones[index]);
  const end = start + columns * FLOAT_BYTES;
  return [zeros.subarray(0, start), { insert: 'floats' }, zeros.subarray(end)];
}

class ProtoVectorSearchOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'none';
  readonly isFinite = true;
  private readonly feed: BodyFeed;
  private readonly call: GrpcCall;

  constructor(params: ProtoVectorParams, context: OperationContext) {
    this.call = new GrpcCall(SEARCH_METHOD, callTimeout(context), true);
    this.feed = new BodyFeed(context.vectors, bodiesOf(params, context));
  }

  progress(): number {
    return this.feed.progress();
  }

  ready(): Promise<void> | null {
    return this.feed.ready();
  }

  next(): PreparedRequest | null {
    if (!this.feed.next()) return null;
    this.call.message = this.feed.buffer;
    return this.call;
  }

  /** That the call has succeeded is all that is to be known. */
  read(_answer: Answer, _outcome: Outcome): void {}

  close(): void {
    this.feed.close();
  }
}

function bodiesOf(
  params: ProtoVectorParams,
  { workload, clientIndex, clientCount }: OperationContext,
): SearchBodiesSpec {
  const { queries } = vectorSearchFiles(params, workload.corpora);
  const shape = partOf(queries, 'test', workload);
  const pieces = messagePieces(params, shape?.columns ?? 0);
  return {
    kind: 'search',
    headRoom: 0,
    readAhead: readAhead(clientCount),
    queries,
    ...clientRows(usedRows(shape?.rows ?? 0, params.queries), clientIndex, clientCount),
    repetitions: params.repetitions,
    pieces,
    profiled: { count: 0, pieces },
    truth: null,
    threshold: null,
  };
}

/** `proto-vector-search`: one sample is one search, and a client sends its part of the queries of a data set. */
export const protoVectorSearch: OperationType = defineOperation({
  name: 'proto-vector-search',
  isAdmin: false,
  runsOnServerless: false,
  read: readParams,
  documents: 'vectors',
  target: grpcTarget,
  unit: () => 'ops',
  corpora: ({ dataSet }) => corporaOf([dataSet]),
  dataSets: (params, { corpora }) => [vectorSearchFiles(params, corpora).queries],
  checkData: (params: ProtoVectorParams, workload, clients) => checkVectorSearch(params, workload, clients),
  create: (params, context) => new ProtoVectorSearchOperation(params, context),
});
