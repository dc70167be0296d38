// `vector-search`: a search for the vectors that are nearest to a vector of a data set, with the recall of each.

import type { InPlaceRequest } from '../http/request.ts';
import type { Answer, BodyUse } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { BodyFeed } from '../vectors/body-feed.ts';
import { readAhead } from '../vectors/read-ahead.ts';
import type { SearchBodiesSpec } from '../vectors/search-bodies.ts';
import { decodeBody, whyUnreadable } from './body.ts';
import { clientRows, corporaOf, partOf, usedRows } from './data-set-params.ts';
import { defineOperation } from './define.ts';
import { HitIds } from './hit-ids.ts';
import type { OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import { RecallMeter } from './recall.ts';
import { withQuery } from './request-options.ts';
import { SearchAnswerReader } from './search-answer.ts';
import { SourcedSearch } from './sourced-search.ts';
import { searchPieces } from './vector-query.ts';
import {
  checkVectorSearch,
  readVectorSearchParams,
  type VectorSearchParams,
  vectorSearchFiles,
} from './vector-search-params.ts';

/** Bytes of a printed dimension with its comma, on average. */
const DIMENSION_BYTES = 12;

class VectorSearchOperation implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite = true;
  private readonly params: VectorSearchParams;
  private readonly request: InPlaceRequest;
  private readonly feed: BodyFeed;
  private readonly reader: SearchAnswerReader;
  private readonly recall: RecallMeter | null;
  private readonly ids: HitIds;
  private profilesLeft: number;

  constructor(params: VectorSearchParams, context: OperationContext) {
    const { path, options, profiledRequests } = params.search;
    this.params = params;
    this.request = context.requests.prepareInPlace('GET', withQuery(path, options.query), options.headers);
    this.feed = new BodyFeed(context.vectors, bodiesOf(params, context));
    this.reader = new SearchAnswerReader(context.checksAssertions === true);
    this.recall = params.calculatesRecall ? new RecallMeter(params.query.bound) : null;
    this.ids = new HitIds(params.idField);
    this.profilesLeft = profiledRequests;
  }

  get bodyUse(): BodyUse {
    return this.recall === null ? this.reader.bodyUse : 'all';
  }

  progress(): number {
    return this.feed.progress();
  }

  ready(): Promise<void> | null {
    return this.feed.ready();
  }

  next(): PreparedRequest | null {
    const { feed } = this;
    if (!feed.next()) return null;
    this.request.setBody(feed.buffer, feed.length);
    this.reader.expect(this.params.search, this.profilesLeft > 0);
    if (this.profilesLeft > 0) this.profilesLeft--;
    this.recall?.begin(feed.truth, feed.truthStart, feed.truthEnd);
    return this.request;
  }

  needsWholeBody(answer: Answer): boolean {
    return this.reader.needsWholeBody(answer);
  }

  read(answer: Answer, outcome: Outcome): void {
    const { recall } = this;
    const body = recall === null || answer.isOtherThanJson ? null : decodeBody(answer);
    this.reader.read(answer, outcome, body);
    if (recall !== null && body !== null && outcome.success) this.readRecall(answer, body, recall, outcome);
  }

  close(): void {
    this.feed.close();
  }

  private readRecall(answer: Answer, body: Buffer, recall: RecallMeter, outcome: Outcome): void {
    const { hits, found } = this.ids.read(body, recall);
    if (hits === -1) {
      outcome.fail('search', `The hits of a search cannot be read: ${whyUnreadable(answer)}.`);
      return;
    }
    if (found < hits) {
      const lack = `${hits - found} of ${hits} hits have no field "${this.params.idField}"`;
      outcome.fail('recall', `${lack}, by which they could be compared with the neighbours of the data set.`);
      return;
    }
    recall.end();
    outcome.recall = recall.samples;
  }
}

function bodiesOf(params: VectorSearchParams, context: OperationContext): SearchBodiesSpec {
  const { workload, clientIndex, clientCount, requests } = context;
  const { search, query } = params;
  const { queries, truth, threshold } = vectorSearchFiles(params, workload.corpora);
  const rows = usedRows(partOf(queries, 'test', workload)?.rows ?? 0, params.queries);
  const { bound } = query;
  return {
    kind: 'search',
    headRoom: requests.headRoom,
    readAhead: readAhead(clientCount),
    queries,
    ...clientRows(rows, clientIndex, clientCount),
    repetitions: params.repetitions,
    pieces: searchPieces(query, false),
    profiled: { count: search.profiledRequests, pieces: searchPieces(query, true) },
    truth:
      truth === null
        ? null
        : { from: truth.file, part: truth.part, count: bound.kind === 'radial' ? Number.MAX_SAFE_INTEGER : bound.k },
    threshold:
      threshold === null || bound.kind !== 'radial-per-query'
        ? null
        : { from: threshold.file, part: threshold.part, column: bound.k - 1 },
  };
}

/** `vector-search`: one sample is one search, and a client sends its part of the queries of a data set. */
export const vectorSearch: OperationType = defineOperation({
  name: 'vector-search',
  isAdmin: false,
  runsOnServerless: true,
  read: readVectorSearchParams,
  documents: 'vectors',
  // A source makes the whole body; it knows no neighbours, so there is no recall.
  over: { bodies: 'json', create: (source, context) => new SourcedSearch(source, context) },
  corpora: ({ dataSet, neighbours }) => corporaOf([dataSet, neighbours]),
  dataSets: (params, { corpora }) => {
    const { queries, truth, threshold } = vectorSearchFiles(params, corpora);
    return [queries, truth?.file, threshold?.file].filter((file) => file !== undefined);
  },
  checkData: checkVectorSearch,
  bodyBytes: (params, workload) => {
    const { queries } = vectorSearchFiles(params, workload.corpora);
    return (partOf(queries, 'test', workload)?.columns ?? 0) * DIMENSION_BYTES;
  },
  create: (params, context) => new VectorSearchOperation(params, context),
});
