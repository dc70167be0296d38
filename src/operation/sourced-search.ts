// A search whose parameters come one by one. Paths and headers are made once for equal parameters; the body is put in
// place.

import type { InPlaceRequest } from '../http/request.ts';
import { isJsonObject, type Json, parseJson, writeJson } from '../json.ts';
import type { Answer, BodyUse } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { InPlaceBody } from './in-place-body.ts';
import type { OperationContext, Outcome, RequestOperation } from './operation.ts';
import type { ParameterSource, SourceParams } from './parameter-source.ts';
import { type PlainSearchParams, readPlainSearch } from './plain-search.ts';
import { withQuery } from './request-options.ts';
import { SearchAnswerReader } from './search-answer.ts';
import { TargetCache } from './target-cache.ts';

/** What equal parameters have in common. */
interface SearchTarget {
  readonly search: PlainSearchParams;
  readonly request: InPlaceRequest;
  /** For parameters without a body. */
  readonly bare: PreparedRequest;
}

/** A search on the load path: it allocates nothing beyond what its source does. */
export class SourcedSearch implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite: boolean;
  private readonly source: ParameterSource;
  private readonly targets: TargetCache<PlainSearchParams, SearchTarget>;
  private readonly body: InPlaceBody;
  private readonly answers: SearchAnswerReader;
  private profiled = 0;

  constructor(source: ParameterSource, context: OperationContext) {
    const { requests } = context;
    this.source = source;
    this.isFinite = source.isFinite;
    this.body = new InPlaceBody(requests.headRoom);
    this.answers = new SearchAnswerReader(context.checksAssertions === true);
    this.targets = new TargetCache(context, {
      read: (reader, facts) => {
        if (reader.has('pages')) reader.problem('pages', 'Either all requests of a source have "pages", or none.');
        return readPlainSearch(reader, facts);
      },
      make: (search) => {
        const path = withQuery(search.path, search.options.query);
        const { headers } = search.options;
        return {
          search,
          request: requests.prepareInPlace('GET', path, headers),
          bare: requests.prepare({ method: 'GET', path, headers, body: null }),
        };
      },
    });
  }

  get bodyUse(): BodyUse {
    return this.answers.bodyUse;
  }

  progress(): number | null {
    return this.source.progress();
  }

  ready(): Promise<void> | null {
    return this.source.ready();
  }

  next(): PreparedRequest | null {
    const item = this.source.next();
    if (item === null) return null;
    const { search, request, bare } = this.targets.of(item.params);
    const isProfiled = this.profiled < search.profiledRequests;
    if (isProfiled) this.profiled++;
    this.answers.expect(search, isProfiled);
    const body = isProfiled || search.body !== null ? completeBody(item, search.body, isProfiled) : item.body;
    if (body === null) return bare;
    this.body.give(request, body);
    return request;
  }

  needsWholeBody(answer: Answer): boolean {
    return this.answers.needsWholeBody(answer);
  }

  read(answer: Answer, outcome: Outcome): void {
    this.answers.read(answer, outcome);
  }

  close(): void {
    this.source.close();
  }
}

/** The body with what the parameters add to it: the number of hits (`results-per-page`), and the wish for a profile. */
function completeBody({ body }: SourceParams, added: Json, isProfiled: boolean): string {
  const given = body === null ? new Map() : parseJson(typeof body === 'string' ? body : Buffer.from(body).toString());
  const parts: readonly Json[] = [given, added];
  const merged = new Map<string, Json>(parts.flatMap((part) => (isJsonObject(part) ? [...part] : [])));
  if (isProfiled) merged.set('profile', true);
  return writeJson(merged);
}
