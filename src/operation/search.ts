// `search`: sends one constant request, which is made into bytes once. With `pages` it is a scroll.

import type { RequestFactory } from '../http/request.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Answer, BodyUse } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import type { LoadOperation, OperationContext, OperationType, Outcome, RequestOperation } from './operation.ts';
import type { ParameterSource } from './parameter-source.ts';
import type { ParamReader } from './params.ts';
import { type PlainSearchParams, readPlainSearch, withProfile } from './plain-search.ts';
import { PIT_REFERENCE } from './point-in-time.ts';
import { withQuery } from './request-options.ts';
import { scriptOperation } from './script.ts';
import { readScrollParams, type ScrollParams, scrollScript } from './scroll-search.ts';
import { SearchAnswerReader } from './search-answer.ts';
import { bodyText, readPages } from './search-params.ts';
import { sourcedScript } from './sourced-script.ts';
import { SourcedSearch } from './sourced-search.ts';

/** A search on the load path: nothing is allocated between two requests. */
class SearchOperation implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite = false;
  private readonly params: PlainSearchParams;
  private readonly answers: SearchAnswerReader;
  private readonly plain: PreparedRequest;
  private readonly profiled: PreparedRequest;
  private profilesLeft: number;

  constructor(params: PlainSearchParams, requests: RequestFactory, checksAssertions: boolean) {
    this.params = params;
    this.answers = new SearchAnswerReader(checksAssertions);
    this.profilesLeft = params.profiledRequests;
    this.plain = prepareSearch(params, params.body, requests);
    this.profiled = this.profilesLeft === 0 ? this.plain : prepareSearch(params, withProfile(params.body), requests);
  }

  get bodyUse(): BodyUse {
    return this.answers.bodyUse;
  }

  progress(): null {
    return null;
  }

  ready(): null {
    return null;
  }

  next(): PreparedRequest {
    const isProfiled = this.profilesLeft > 0;
    if (isProfiled) this.profilesLeft--;
    this.answers.expect(this.params, isProfiled);
    return isProfiled ? this.profiled : this.plain;
  }

  needsWholeBody(answer: Answer): boolean {
    return this.answers.needsWholeBody(answer);
  }

  read(answer: Answer, outcome: Outcome): void {
    this.answers.read(answer, outcome);
  }
}

function prepareSearch(params: PlainSearchParams, body: Json, requests: RequestFactory): PreparedRequest {
  const text = bodyText(body);
  return requests.prepare({
    method: 'GET',
    path: withQuery(params.path, params.options.query),
    body: text === null ? null : Buffer.from(text),
    headers: params.options.headers,
  });
}

/** A `search` with `pages` is a scroll, as in OpenSearch Benchmark. */
function readSearch(reader: ParamReader, facts: ParameterFacts): PlainSearchParams | ScrollParams {
  if (reader.has(PIT_REFERENCE))
    reader.problem(PIT_REFERENCE, `"${PIT_REFERENCE}" works only inside a "composite" operation.`);
  const pages = readPages(reader);
  return reader.has('pages') ? readScrollParams(reader, facts, pages ?? 1) : readPlainSearch(reader, facts);
}

/** A source whose requests have pages is one of scrolls. */
function searchOver(source: ParameterSource, context: OperationContext, first: JsonObject | null): LoadOperation {
  return hasPages(first) ? sourcedScript(source, context, search.create) : new SourcedSearch(source, context);
}

const hasPages = (params: JsonObject | null): boolean => (params?.get('pages') ?? '') !== '';

/** `search`: one sample is one request, or with `pages` all pages of a scroll. */
export const search: OperationType = defineOperation({
  name: 'search',
  isAdmin: false,
  runsOnServerless: true,
  read: readSearch,
  unit: (params) => (params.kind === 'plain' ? 'ops' : 'pages'),
  create: (params, context) =>
    params.kind === 'plain'
      ? new SearchOperation(params, context.requests, context.checksAssertions === true)
      : scriptOperation(scrollScript(params, context.checksAssertions === true)),
  over: { bodies: 'json', create: searchOver },
});
