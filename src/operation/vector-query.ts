// The body of a vector search: what the workload says of it, with places for what differs from query to query.
import { type Json, type JsonObject, writeJson } from '../json.ts';
import type { SearchPiece } from '../vectors/search-bodies.ts';

/** What a vector search asks for. */
export interface VectorQuery {
  /** The body as the workload gives it; its `query` is replaced. */
  readonly body: JsonObject;
  readonly field: string;
  /** The field of whose objects `field` is a part; `null` = it is one of the document. */
  readonly nestedField: string | null;
  readonly bound: SearchBound;
  readonly filter: VectorFilter | null;
  /** `space_type` of a search by a script. */
  readonly spaceType: string;
  /** `null` = no rescoring. */
  readonly oversampleFactor: Json;
}

/**
 * What bounds the hits: their number; a distance or a score that is the same for all queries; or one that the data set
 * gives for each query, so that it has `k` neighbours.
 */
export type SearchBound =
  | { readonly kind: 'nearest'; readonly k: number }
  | { readonly kind: 'radial'; readonly by: RadialBound; readonly threshold: number }
  | { readonly kind: 'radial-per-query'; readonly by: RadialBound; readonly k: number };

/** What the threshold of a radial search is. */
export type RadialBound = 'max_distance' | 'min_score';

/**
 * A filter of the documents: within the search of the index, after it, beside it, or before an exact search by a
 * script.
 */
export interface VectorFilter {
  readonly type: FilterType;
  readonly body: Json;
}

/** Values of `filter_type`. */
export const filterTypes = ['efficient', 'post_filter', 'boolean', 'script'] as const;
/** One of {@link filterTypes}. */
export type FilterType = (typeof filterTypes)[number];

// Characters that no workload has in its texts.
const VECTOR = '\u0001vector\u0001';
const THRESHOLD = '\u0001threshold\u0001';

const object = (...members: readonly (readonly [string, Json])[]): JsonObject => new Map(members);

/** The text of the search, in pieces. With `profiles` the server is asked for a profile. */
export function searchPieces(query: VectorQuery, profiles: boolean): readonly SearchPiece[] {
  const { body, bound, filter } = query;
  const members = new Map(body);
  if (bound.kind !== 'radial' && !members.has('size')) members.set('size', bound.k);
  members.set('query', queryOf(query));
  if (filter?.type === 'post_filter') members.set('post_filter', filter.body);
  if (profiles) members.set('profile', true);
  return cut(writeJson(members));
}

function queryOf(query: VectorQuery): JsonObject {
  const { nestedField, filter } = query;
  const knn = knnQuery(query);
  const search = nestedField === null ? knn : object(['nested', object(['path', nestedField], ['query', knn])]);
  if (filter?.type === 'boolean') return object(['bool', object(['filter', filter.body], ['must', [search]])]);
  if (filter?.type === 'script') return scriptQuery(query, filter.body);
  return search;
}

function knnQuery({ field, nestedField, bound, filter, oversampleFactor }: VectorQuery): JsonObject {
  const clause = new Map<string, Json>([['vector', VECTOR]]);
  if (bound.kind === 'nearest') clause.set('k', bound.k);
  else clause.set(bound.by, bound.kind === 'radial' ? bound.threshold : THRESHOLD);
  if (filter?.type === 'efficient') clause.set('filter', filter.body);
  if (oversampleFactor !== null) clause.set('rescore', object(['oversample_factor', oversampleFactor]));
  const path = nestedField === null ? field : `${nestedField}.${field}`;
  return object(['knn', object([path, clause])]);
}

function scriptQuery({ field, spaceType }: VectorQuery, filter: Json): JsonObject {
  const params = object(['field', field], ['query_value', VECTOR], ['space_type', spaceType]);
  const script = object(['source', 'knn_score'], ['lang', 'knn'], ['params', params]);
  return object(['script_score', object(['query', object(['bool', object(['filter', filter])])], ['script', script])]);
}

function cut(text: string): readonly SearchPiece[] {
  const places = new Map<string, SearchPiece>([
    [writeJson(VECTOR), { insert: 'vector' }],
    [writeJson(THRESHOLD), { insert: 'threshold' }],
  ]);
  const [vector, threshold] = [...places.keys()].map((place) => place.replace(/\\/g, '\\\\'));
  return text.split(new RegExp(`(${vector}|${threshold})`)).map((piece) => places.get(piece) ?? piece);
}
