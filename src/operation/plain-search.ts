// The parameters of a search that is one request.
import { isJsonObject, type Json } from '../json.ts';
import { readAssertions } from './assertions.ts';
import type { ParameterFacts } from './define.ts';
import type { ParamReader } from './params.ts';
import type { SearchReading } from './search-answer.ts';
import { readObjectBody, readSearchParams, type SearchParams } from './search-params.ts';
import { readSearchTarget } from './target.ts';

/** The parameters of a `search` operation without `pages`, checked. */
export interface PlainSearchParams extends SearchParams, SearchReading {
  readonly kind: 'plain';
  /** So many first requests of each client are profiled. */
  readonly profiledRequests: number;
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

/** The body of a search that is profiled. */
export const withProfile = (body: Json): Json => new Map([...(isJsonObject(body) ? body : []), ['profile', true]]);
