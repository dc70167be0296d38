// `proto-search`: sends one constant search over gRPC, whose message is made once.
import { GrpcCall } from '../grpc/call.ts';
import { encodeQuery } from '../grpc/query-message.ts';
import { encodeSearch, readSearchFacts, SEARCH_METHOD, type SearchBodyParts } from '../grpc/search-message.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { type Assertion, assertOutcome, readAssertions } from './assertions.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { callTimeout, grpcTarget } from './grpc-target.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import type { ParamReader } from './params.ts';
import { SEARCH_PROPERTIES } from './plain-search.ts';
import { readTimeout } from './request-options.ts';
import { nameDetails } from './search-details.ts';
import { readSearchNames } from './target.ts';

interface ProtoSearchParams {
  readonly message: Buffer;
  /** `detailed-results`: the details of each answer are read. */
  readonly detailed: boolean;
  readonly assertions: readonly Assertion[];
}

/** What of the body of a search is sent. Other keys are refused, because the search would be another one without. */
const BODY_KEYS: ReadonlySet<string> = new Set([
  'query',
  'from',
  'size',
  '_source',
  'profile',
  'min_score',
  'terminate_after',
  'timeout',
  'stored_fields',
  'track_total_hits',
  'docvalue_fields',
]);

function readProtoSearch(reader: ParamReader, facts: ParameterFacts): ProtoSearchParams {
  const detailed = reader.boolean('detailed-results', false);
  const assertions = readAssertions(reader, SEARCH_PROPERTIES);
  if (assertions.length > 0 && !detailed) reader.problem('assertions', '"assertions" need "detailed-results": true.');
  const indices = readSearchNames(reader, facts);
  const cache = reader.boolean('cache', null);
  const limit = readTimeout(reader);
  const given = reader.object('body', null);
  if (given === null) reader.problem('body', '"body" with a "query" is missing.');
  const body = reader.nested(given ?? new Map(), 'body');
  for (const key of given?.keys() ?? []) {
    if (!BODY_KEYS.has(key)) body.problem(key, `"${key}" cannot be sent over gRPC.`, `These can: ${known}.`);
  }
  const message = encodeSearch({
    indices,
    fetchSource: body.boolean('_source', false),
    requestCache: cache,
    allowPartialResults: null,
    docvalueFields: body.names('docvalue_fields', []),
    body: readBody(body, limit === null ? null : `${Math.round(limit)}ms`),
  });
  return { message, detailed, assertions };
}

const known = [...BODY_KEYS].sort().join(', ');

function readBody(body: ParamReader, timeout: string | null): SearchBodyParts {
  const query = body.value('query');
  const counts = body.value('track_total_hits');
  return {
    query: query === null ? null : encodeQuery(query, 'query', (path, message) => body.problem(path, message)),
    from: body.integer('from', null, { min: 0 }),
    size: body.integer('size', null, { min: 0 }),
    profile: body.boolean('profile', null),
    minScore: body.number('min_score', null),
    terminateAfter: body.integer('terminate_after', null, { min: 0 }),
    timeout: body.string('timeout', timeout),
    storedFields: body.names('stored_fields', []),
    trackTotalHits: typeof counts === 'boolean' ? counts : body.integer('track_total_hits', null, { min: 0 }),
  };
}

class ProtoSearchOperation implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'all';
  readonly isFinite = false;
  private readonly call: GrpcCall;
  private readonly detailed: boolean;
  private readonly assertions: readonly Assertion[];

  constructor({ message, detailed, assertions }: ProtoSearchParams, context: OperationContext) {
    this.call = new GrpcCall(SEARCH_METHOD, callTimeout(context), true, message);
    this.detailed = detailed;
    this.assertions = context.checksAssertions === true ? assertions : [];
  }

  progress(): null {
    return null;
  }

  ready(): null {
    return null;
  }

  next(): PreparedRequest {
    return this.call;
  }

  read({ body }: Answer, outcome: Outcome): void {
    if (!this.detailed) return;
    outcome.details = nameDetails(readSearchFacts(body));
    if (this.assertions.length > 0) assertOutcome(this.assertions, outcome);
  }
}

/** `proto-search`: one sample is one search. */
export const protoSearch: OperationType = defineOperation({
  name: 'proto-search',
  isAdmin: false,
  runsOnServerless: false,
  read: readProtoSearch,
  target: grpcTarget,
  unit: () => 'ops',
  create: (params, context) => new ProtoSearchOperation(params, context),
});
