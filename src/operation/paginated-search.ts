// `paginated-search`: fetches pages of hits with `search_after`, optionally in a point in time.

import { type Json, type JsonObject, writeJson } from '../json.ts';
import { type Assertion, assertOutcome, readAssertions } from './assertions.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { type OperationType, RequestFailure, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import type { PartIds } from './part-ids.ts';
import { PIT_REFERENCE, requirePointInTime } from './point-in-time.ts';
import { type RequestOptions, scriptRequest } from './request-options.ts';
import { jsonPath, scanHits, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { PAGED_PROPERTIES, PagedDetails } from './scroll-search.ts';
import { type SearchDetails, scanSearchDetails } from './search-details.ts';
import { readObjectBody, readPages, readSearchParams } from './search-params.ts';
import { readSearchTarget } from './target.ts';

/** The parameters of one `paginated-search` operation, checked. */
export interface PaginatedParams {
  readonly path: string;
  readonly options: RequestOptions;
  /** The body with its `size`. `search_after` and `pit` are added for each page. */
  readonly body: JsonObject;
  /** How many pages are fetched at most; `Infinity` for all. */
  readonly pages: number;
  readonly pageSize: number;
  /** Name of the part of the composite that creates the point in time; `null` = none is used. */
  readonly pointInTime: string | null;
  readonly assertions: readonly Assertion[];
}

const PIT_ID = jsonPath('pit_id');
const NO_SORT = 'The hits of a paginated search hold no "sort": the next page cannot be found.';
/** Query parameters that the server refuses in a search in a point in time, because the point in time fixes them. */
const BOUND_BY_PIT = ['routing', 'preference'];

/** Reads the parameters of `paginated-search`. Problems go to the reader. */
export function readPaginatedParams(reader: ParamReader, facts: ParameterFacts): PaginatedParams {
  const pointInTime = reader.string(PIT_REFERENCE, null);
  // The index is part of the point in time, so such a search needs none.
  const search = readSearchParams(reader, pointInTime === null ? readSearchTarget(reader, facts) : '');
  const pageSize = reader.requiredInteger('results-per-page', { min: 1 });
  reader.require('pages');
  const pages = readPages(reader) ?? 1;
  const body = readObjectBody(reader);
  if (pages > 1 && !body.has('sort') && !search.options.query.has('sort')) {
    reader.problem(
      'body',
      'A paginated search of several pages needs a "sort" in its body.',
      'Sort by a field with few equal values, or use scroll-search.',
    );
  }
  const query = new Map(search.options.query);
  if (pointInTime !== null) for (const name of BOUND_BY_PIT) query.delete(name);
  return {
    path: search.path,
    options: { ...search.options, query },
    body: new Map<string, Json>([
      ...[...body].filter(([name]) => name !== 'search_after' && name !== 'pit'),
      ['size', pageSize],
    ]),
    pages,
    pageSize,
    pointInTime,
    assertions: readAssertions(reader, PAGED_PROPERTIES),
  };
}

/** Fetches all pages. The executions of one script share nothing but `pointsInTime`. */
export function paginatedScript(params: PaginatedParams, checksAssertions: boolean, pointsInTime: PartIds): Script {
  const body = writeJson(params.body);
  return async (session, outcome) => {
    const paged = new PagedDetails();
    let lastSort: string | null = null;
    let hasMore = true;
    while (hasMore) {
      const reply = await fetchPage(params, body, session, pointsInTime, lastSort);
      const page = scanHits(reply);
      if (page === null)
        throw new RequestFailure('protocol', 'The answer to a paginated search holds no list of hits.');
      const details = scanSearchDetails(reply);
      paged.add(details);
      hasMore = paged.pages < params.pages && !isLastPage(params, page.count, paged.pages, details);
      lastSort = page.lastSort;
      if (hasMore && lastSort === null) throw new RequestFailure('protocol', NO_SORT);
    }
    paged.report(outcome);
    if (checksAssertions) assertOutcome(params.assertions, outcome);
  };
}

/**
 * True after a page that is not full, or once the total is reached. A total that is only a lower bound (`gte`) says
 * nothing.
 */
function isLastPage(params: PaginatedParams, count: number, pages: number, details: SearchDetails): boolean {
  if (count < params.pageSize) return true;
  return details.hits !== undefined && details.relation !== 'gte' && details.hits <= pages * params.pageSize;
}

async function fetchPage(
  params: PaginatedParams,
  body: string,
  session: Session,
  pointsInTime: PartIds,
  lastSort: string | null,
): Promise<Buffer> {
  // Sort values are passed on as the server wrote them, so that no digit is lost.
  const extra = lastSort === null ? [] : [`"search_after":${lastSort}`];
  const reference = params.pointInTime;
  if (reference !== null)
    extra.push(`"pit":${JSON.stringify({ id: requirePointInTime(pointsInTime, reference), keep_alive: '1m' })}`);
  const text = extra.length === 0 ? body : `${body.slice(0, -1)},${extra.join(',')}}`;
  const reply = await session.request(scriptRequest(params.options, 'GET', params.path, { body: text }));
  const id = reference === null ? undefined : scanString(reply.body, PIT_ID);
  if (reference !== null && id !== undefined) pointsInTime.set(reference, id);
  return reply.body;
}

/** `paginated-search`: one sample is all pages of one search, and its weight is their number. */
export const paginatedSearch: OperationType = defineOperation({
  name: 'paginated-search',
  isAdmin: false,
  runsOnServerless: true,
  unit: () => 'pages',
  read(reader, facts) {
    if (reader.has(PIT_REFERENCE))
      reader.problem(PIT_REFERENCE, `"${PIT_REFERENCE}" works only inside a "composite" operation.`);
    return readPaginatedParams(reader, facts);
  },
  create: (params, context) => scriptOperation(paginatedScript(params, context.checksAssertions === true, new Map())),
});
