// `search`: sends one constant request, which is made into bytes once. With `pages` it is a scroll.
import type { Answer, BodyUse } from '../http/answer.ts';
import type { PreparedRequest, RequestFactory } from '../http/request.ts';
import { isJsonObject, type Json } from '../json.ts';
import { type Assertion, assertOutcome, readAssertions } from './assertions.ts';
import { decodeBody, decodeHead, whyUnreadable } from './body.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import type { OperationType, Outcome, RequestOperation } from './operation.ts';
import type { ParamReader } from './params.ts';
import { PIT_REFERENCE } from './point-in-time.ts';
import { withQuery } from './request-options.ts';
import { scriptOperation } from './script.ts';
import { readScrollParams, type ScrollParams, scrollScript } from './scroll-search.ts';
import { nameDetails, readProfile, scanSearchDetails } from './search-details.ts';
import { bodyText, readObjectBody, readPages, readSearchParams, type SearchParams } from './search-params.ts';
import { readSearchTarget } from './target.ts';

/** The parameters of a `search` operation without `pages`, checked. */
export interface PlainSearchParams extends SearchParams {
  readonly kind: 'plain';
  /** `detailed-results`: the details of each answer are read. */
  readonly detailed: boolean;
  /** Names of entries of `breakdown` that are reported of a profiled search. */
  readonly profileMetrics: readonly string[];
  /** So many first requests of each client are profiled. */
  readonly profiledRequests: number;
  readonly assertions: readonly Assertion[];
}

/** Names that assertions on searches may use. */
export const SEARCH_PROPERTIES = ['hits', 'hits_relation', 'timed_out', 'took'] as const;

/** Reads the parameters of a `search` without `pages`. Problems go to the reader. */
export function readPlainSearch(reader: ParamReader, facts: ParameterFacts): PlainSearchParams {
  const search = readSearchParams(reader, readSearchTarget(reader, facts));
  const size = reader.integer('results-per-page', null, { min: 1 });
  const detailed = reader.boolean('detailed-results', false);
  const assertions = readAssertions(reader, SEARCH_PROPERTIES);
  if (assertions.length > 0 && !detailed) {
    reader.problem(
      'assertions',
      'Assertions need "detailed-results": true.',
      'Add it to the operation; answers are then read as far as needed.',
    );
  }
  const profileMetrics = reader.names('profile-metrics', []);
  const profiledRequests = reader.integer('profile-metrics-sample-size', 0, { min: 0 });
  // Something can be added to an object only, so a body that is a text is allowed only if nothing has to be.
  const object = size === null && profiledRequests === 0 ? null : readObjectBody(reader);
  const body: Json = object === null || size === null ? search.body : new Map([...object, ['size', size]]);
  return { kind: 'plain', ...search, body, detailed, profileMetrics, profiledRequests, assertions };
}

/** A search on the load path: nothing is allocated between two requests. */
class SearchOperation implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite = false;
  bodyUse: BodyUse = 'none';
  private readonly params: PlainSearchParams;
  private readonly assertions: readonly Assertion[];
  private readonly plain: PreparedRequest;
  private readonly profiled: PreparedRequest;
  private profilesLeft: number;
  /** The details from the start of an answer; `null` while the whole body is needed for them. */
  private details: ReadonlyMap<string, string | number | boolean> | null = null;

  constructor(params: PlainSearchParams, requests: RequestFactory, checksAssertions: boolean) {
    this.params = params;
    this.assertions = checksAssertions ? params.assertions : [];
    this.profilesLeft = params.profiledRequests;
    this.plain = prepareSearch(params, params.body, requests);
    this.profiled = this.profilesLeft === 0 ? this.plain : prepareSearch(params, withProfile(params.body), requests);
  }

  progress(): null {
    return null;
  }

  ready(): null {
    return null;
  }

  next(): PreparedRequest {
    this.details = null;
    if (this.profilesLeft > 0) {
      this.profilesLeft--;
      this.bodyUse = 'all';
      return this.profiled;
    }
    this.bodyUse = this.params.detailed ? 'peek' : 'none';
    return this.plain;
  }

  needsWholeBody(answer: Answer): boolean {
    const details = scanSearchDetails(decodeHead(answer));
    // The relation follows the total. If it is not among the first bytes, the rest has to be read.
    if (details.took === undefined || details.timedOut === undefined || details.relation === undefined) return true;
    this.details = nameDetails(details);
    return false;
  }

  read(answer: Answer, outcome: Outcome): void {
    if (answer.isOtherThanJson) {
      outcome.fail('search', `The answer to a search is not JSON: ${whyUnreadable(answer)}.`);
      return;
    }
    if (this.bodyUse === 'none') return;
    const body = this.details === null || this.bodyUse === 'all' ? decodeBody(answer) : null;
    if (this.params.detailed) outcome.details = body === null ? this.details : readDetails(answer, body, outcome);
    if (this.bodyUse === 'all' && body !== null) {
      outcome.profile = readProfile(body, this.params.profileMetrics);
      if (outcome.profile === null) outcome.fail('profile', 'The answer to a profiled search holds no profile.');
    }
    if (this.assertions.length > 0) assertOutcome(this.assertions, outcome);
  }
}

/** The details of an answer that was read as a whole. One without `took`, such as the page of a proxy, is a failure. */
function readDetails(answer: Answer, body: Buffer, outcome: Outcome): ReadonlyMap<string, string | number | boolean> {
  const details = scanSearchDetails(body);
  if (details.took === undefined)
    outcome.fail('search', `The answer to a search cannot be read: ${whyUnreadable(answer)}.`);
  return nameDetails(details);
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

const withProfile = (body: Json): Json => new Map([...(isJsonObject(body) ? body : []), ['profile', true]]);

/** A `search` with `pages` is a scroll, as in OpenSearch Benchmark. */
function readSearch(reader: ParamReader, facts: ParameterFacts): PlainSearchParams | ScrollParams {
  if (reader.has(PIT_REFERENCE))
    reader.problem(PIT_REFERENCE, `"${PIT_REFERENCE}" works only inside a "composite" operation.`);
  const pages = readPages(reader);
  return reader.has('pages') ? readScrollParams(reader, facts, pages ?? 1) : readPlainSearch(reader, facts);
}

/** `search`: one sample is one request, or with `pages` all pages of a scroll. */
export const search: OperationType = defineOperation({
  name: 'search',
  isAdmin: false,
  runsOnServerless: true,
  read: readSearch,
  create: (params, context) =>
    params.kind === 'plain'
      ? new SearchOperation(params, context.requests, context.checksAssertions === true)
      : scriptOperation(scrollScript(params, context.checksAssertions === true)),
});
