// What most operations accept beside their own parameters: query parameters, headers, a time limit.
import { isJsonArray, isJsonObject, type Json } from '../json.ts';
import { longestWait, type Millis, secondsToMillis } from '../units.ts';
import type { ScriptRequest } from './operation.ts';
import { type ParamReader, scalarText, shown } from './params.ts';

/** Parameters that most operations share. */
export interface RequestOptions {
  /** Query parameters by name, not yet encoded. */
  readonly query: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** `request-timeout`; `null` = not given. */
  readonly timeout: Millis | null;
}

/** The name of a header is a token of RFC 9110. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A value must not hold the end of a line, which would end the header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Reads `request-params`, `headers`, `opaque-id` and `request-timeout`. */
export function readRequestOptions(reader: ParamReader): RequestOptions {
  return { query: readQuery(reader), headers: readHeaders(reader), timeout: readTimeout(reader) };
}

/** How the Python client of OpenSearch is given a time limit: it keeps this query parameter to itself. */
const CLIENT_TIMEOUT = 'request_timeout';

/**
 * `request-timeout`, or else `request_timeout` of the query parameters, which is never sent; `null` if neither is
 * given. 0 stands for no limit.
 */
export function readTimeout(reader: ParamReader): Millis | null {
  const params = reader.value('request-params');
  const query = reader.nested(isJsonObject(params) ? params : new Map(), 'request-params');
  const timeout =
    reader.duration('request-timeout', null, { min: 0 }) ?? query.duration(CLIENT_TIMEOUT, null, { min: 0 });
  return timeout === 0 ? secondsToMillis(longestWait) : timeout;
}

function readQuery(reader: ParamReader): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of reader.object('request-params', null) ?? []) {
    if (value === null || name === CLIENT_TIMEOUT) continue;
    const text = queryText(value);
    if (text === null)
      reader.problem(
        `request-params.${name}`,
        `A query parameter must be a text, a number, a boolean or a list of such, but is ${shown(value)}.`,
      );
    else query.set(name, text);
  }
  return query;
}

function queryText(value: Json): string | null {
  if (!isJsonArray(value)) return scalarText(value);
  const texts = value.map(scalarText);
  return texts.includes(null) ? null : texts.join(',');
}

function readHeaders(reader: ParamReader): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  const add = (path: string, name: string, value: Json): void => {
    const text = scalarText(value);
    if (!HEADER_NAME.test(name)) reader.problem(path, `"${name}" is not a name of a header.`);
    else if (text === null || !HEADER_VALUE.test(text))
      reader.problem(path, `${shown(value)} is not a value of a header.`);
    else headers[name] = text;
  };
  for (const [name, value] of reader.object('headers', null) ?? []) {
    if (value !== null) add(`headers.${name}`, name, value);
  }
  if (reader.has('opaque-id')) add('opaque-id', 'x-opaque-id', reader.value('opaque-id'));
  return Object.keys(headers).length === 0 ? undefined : headers;
}

/** A name, or a comma-separated list of names and patterns, percent-encoded as a part of a path. */
export function encodeName(name: string): string {
  return encodeText(name).replaceAll('%2C', ',');
}

/** A path with a query string made of all queries. If several have a name, the last one counts. */
export function withQuery(path: string, ...queries: readonly ReadonlyMap<string, string>[]): string {
  const merged = new Map<string, string>();
  for (const query of queries) for (const [name, value] of query) merged.set(name, value);
  if (merged.size === 0) return path;
  const text = [...merged]
    .map(([name, value]) => `${encodeText(name)}=${encodeText(value).replaceAll('%2C', ',')}`)
    .join('&');
  return `${path}${path.includes('?') ? '&' : '?'}${text}`;
}

/**
 * A path from a workload. Characters that a request line cannot hold are percent-encoded; what is encoded already
 * stays.
 */
export function encodePath(path: string): string {
  return path.replace(/[^\x21-\x7e]|["<>\\^`{|}#]/gu, encodeText);
}

function encodeText(text: string): string {
  // `encodeURIComponent` fails for half of a surrogate pair, so Buffer replaces it by U+FFFD first.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}

/** A request of a script with the options of its operation. `extra.query` beats `request-params` of the same name. */
export function scriptRequest(
  options: RequestOptions,
  method: string,
  path: string,
  extra: {
    readonly body?: string | null;
    readonly ignoredStatus?: readonly number[];
    readonly query?: ReadonlyMap<string, string>;
  } = {},
): ScriptRequest {
  return {
    method,
    path: withQuery(path, options.query, extra.query ?? new Map()),
    body: extra.body ?? null,
    headers: options.headers,
    timeout: options.timeout ?? undefined,
    ...(extra.ignoredStatus === undefined ? {} : { ignoredStatus: extra.ignoredStatus }),
  };
}
