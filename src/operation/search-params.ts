// The parameters that all kinds of searches share.
import { isJsonObject, type Json, type JsonObject, writeJson } from '../json.ts';
import type { ParamReader } from './params.ts';
import { encodeName, type RequestOptions, readRequestOptions } from './request-options.ts';

/** Parameters that all kinds of searches share. */
export interface SearchParams {
  /** Path without the query. */
  readonly path: string;
  readonly options: RequestOptions;
  /** An object, or a text that the workload gives in place of one; `null` = no body. */
  readonly body: Json;
}

/**
 * Reads `type`, `body`, `cache`, `response-compression-enabled` and the options of the request. `target` is the part of
 * the path that names indices, empty for none.
 */
export function readSearchParams(reader: ParamReader, target: string): SearchParams {
  const type = reader.string('type', null);
  const cache = reader.boolean('cache', null);
  const compressed = reader.boolean('response-compression-enabled', true);
  const options = readRequestOptions(reader);
  const query = new Map(options.query);
  if (cache !== null) query.set('request_cache', String(cache));
  return {
    path: `${target === '' ? '' : `/${target}`}${type === null ? '' : `/${encodeName(type)}`}/_search`,
    options: {
      ...options,
      query,
      headers: compressed ? options.headers : { 'accept-encoding': 'identity', ...options.headers },
    },
    body: readBody(reader),
  };
}

function readBody(reader: ParamReader): Json {
  const body = reader.value('body');
  if (body === null || isJsonObject(body)) return body;
  if (typeof body === 'string') return body === '' ? null : body;
  reader.problem('body', '"body" must be an object.');
  return null;
}

/** The body as an object, for searches that add something to it. A body that is a text is a problem. */
export function readObjectBody(reader: ParamReader): JsonObject {
  return reader.object('body', null) ?? new Map();
}

/** The body as it is sent; `null` = none. */
export function bodyText(body: Json): string | null {
  if (body === null) return null;
  return typeof body === 'string' ? body : writeJson(body);
}

/** Reads `pages`: a number, `Infinity` for `all`, `null` if it is not given. */
export function readPages(reader: ParamReader): number | null {
  if (reader.value('pages') === 'all') return Number.POSITIVE_INFINITY;
  return reader.integer('pages', null, { min: 1 });
}
