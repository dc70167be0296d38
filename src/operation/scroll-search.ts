// `scroll-search`: fetches pages of hits through a scroll. Freeing the scroll at the end is not timed.
import { type Assertion, assertOutcome, readAssertions } from './assertions.ts';
import { defineOperation, type ParameterFacts } from './define.ts';
import { type OperationType, type Outcome, RequestFailure, type ScriptRequest, type Session } from './operation.ts';
import type { ParamReader } from './params.ts';
import { scriptRequest } from './request-options.ts';
import { jsonPath, scanHits, scanString } from './scan.ts';
import { type Script, scriptOperation } from './script.ts';
import { nameDetails, type SearchDetails, scanSearchDetails } from './search-details.ts';
import { bodyText, readPages, readSearchParams, type SearchParams } from './search-params.ts';
import { readSearchTarget } from './target.ts';

/** The parameters of one `scroll-search` operation, checked. */
export interface ScrollParams extends SearchParams {
  readonly kind: 'scroll';
  /** How many pages are fetched at most; `Infinity` for all. */
  readonly pages: number;
  /** Hits per page; `null` = as many as the server gives by default. */
  readonly pageSize: number | null;
  /** How long the server keeps the scroll between two pages. */
  readonly keepAlive: string;
  readonly assertions: readonly Assertion[];
}

const SCROLL_ID = jsonPath('_scroll_id');
/** Names that assertions on paged searches may use. */
export const PAGED_PROPERTIES = ['weight', 'pages', 'hits', 'hits_relation', 'timed_out', 'took'] as const;

/** Reads the parameters of `scroll-search` apart from `pages`. Problems go to the reader. */
export function readScrollParams(reader: ParamReader, facts: ParameterFacts, pages: number): ScrollParams {
  const search = readSearchParams(reader, readSearchTarget(reader, facts));
  return {
    kind: 'scroll',
    ...search,
    pages,
    pageSize: reader.integer('results-per-page', null, { min: 1 }),
    keepAlive: search.options.query.get('scroll') ?? '10s',
    assertions: readAssertions(reader, PAGED_PROPERTIES),
  };
}

/** The details of several pages as one: the total of the first page, whether any page timed out, the sum of `took`. */
export class PagedDetails {
  pages = 0;
  private hits: number | undefined;
  private relation: string | undefined;
  private took = 0;
  private timedOut = false;

  /** Adds a page. */
  add(details: SearchDetails): void {
    if (this.pages === 0) {
      this.hits = details.hits;
      this.relation = details.relation;
    }
    this.pages++;
    this.took += details.took ?? 0;
    this.timedOut ||= details.timedOut ?? false;
  }

  /** Writes the number of pages as the weight, and the details for assertions. */
  report(outcome: Outcome): void {
    outcome.weight = this.pages;
    outcome.unit = 'pages';
    const details = nameDetails({ took: this.took, timedOut: this.timedOut, hits: this.hits, relation: this.relation });
    outcome.details = new Map([...details, ['weight', this.pages], ['pages', this.pages]]);
  }
}

/** Fetches all pages and frees the scroll. */
export function scrollScript(params: ScrollParams, checksAssertions: boolean): Script {
  return async (session, outcome) => {
    const scroll: Scroll = { id: null };
    try {
      const paged = await fetchPages(params, session, scroll);
      paged.report(outcome);
    } finally {
      if (scroll.id !== null) await free(params, session, scroll.id);
    }
    if (checksAssertions) assertOutcome(params.assertions, outcome);
  };
}

interface Scroll {
  id: string | null;
}

async function fetchPages(params: ScrollParams, session: Session, scroll: Scroll): Promise<PagedDetails> {
  const paged = new PagedDetails();
  let count = await fetchPage(params, session, scroll, paged);
  // A first page that is not full is the only one. Later ones end with an empty page.
  if (params.pageSize !== null && count < params.pageSize) return paged;
  while (count > 0 && paged.pages < params.pages) count = await fetchPage(params, session, scroll, paged);
  return paged;
}

/** Fetches the first or the next page and tells how many hits it has. */
async function fetchPage(params: ScrollParams, session: Session, scroll: Scroll, paged: PagedDetails): Promise<number> {
  const reply = await session.request(scroll.id === null ? firstRequest(params) : nextRequest(params, scroll.id));
  scroll.id = scanString(reply.body, SCROLL_ID) ?? scroll.id;
  if (scroll.id === null) throw new RequestFailure('protocol', 'The answer to a scroll search holds no "_scroll_id".');
  const page = scanHits(reply.body);
  if (page === null) throw new RequestFailure('protocol', 'The answer to a scroll search holds no list of hits.');
  paged.add(scanSearchDetails(reply.body));
  return page.count;
}

function firstRequest(params: ScrollParams): ScriptRequest {
  const query = new Map([
    ['sort', params.options.query.get('sort') ?? '_doc'],
    ['scroll', params.keepAlive],
  ]);
  if (params.pageSize !== null) query.set('size', String(params.pageSize));
  return scriptRequest(params.options, 'GET', params.path, { body: bodyText(params.body), query });
}

function nextRequest(params: ScrollParams, id: string): ScriptRequest {
  const body = JSON.stringify({ scroll_id: id, scroll: params.keepAlive });
  const request = scriptRequest({ ...params.options, query: new Map() }, 'GET', '/_search/scroll', { body });
  // The server moves on by a page with each of them, so a repeat could leave one out unseen.
  return { ...request, isRepeatable: false };
}

async function free(params: ScrollParams, session: Session, id: string): Promise<void> {
  const request = scriptRequest({ ...params.options, query: new Map() }, 'DELETE', '/_search/scroll', {
    body: JSON.stringify({ scroll_id: [id] }),
  });
  try {
    await session.request({ ...request, untimed: true });
  } catch (error) {
    // The measured part is over, and the server frees the scroll by itself after `keepAlive`: the sample is no failure.
    if (!(error instanceof RequestFailure)) throw error;
  }
}

/** `scroll-search`: one sample is all pages of one search, and its weight is their number. */
export const scrollSearch: OperationType = defineOperation({
  name: 'scroll-search',
  isAdmin: false,
  runsOnServerless: false,
  unit: () => 'pages',
  read(reader, facts) {
    reader.require('pages');
    return readScrollParams(reader, facts, readPages(reader) ?? 1);
  },
  create: (params, context) => scriptOperation(scrollScript(params, context.checksAssertions === true)),
});
