// Administration that is one request: what several operation types have in common.
import { defineOperation } from './define.ts';
import type { OperationType } from './operation.ts';
import type { ParamReader } from './params.ts';
import { encodeName, readRequestOptions, scriptRequest } from './request-options.ts';
import { readRetryPolicy, retrying } from './retry.ts';
import { type Script, scriptOperation } from './script.ts';

/** The request of an operation type. */
export interface RequestShape {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** Names in braces stand for mandatory parameters: `/_snapshot/{repository}`. */
  readonly path: string;
  /** `mandatory`: the parameter `body`; `optional`: likewise, if it is given; a function makes another one. */
  readonly body: 'none' | 'optional' | 'mandatory' | ((reader: ParamReader) => string);
  readonly runsOnServerless: boolean;
  /** Query parameters that a parameter of the operation gives, with their defaults. */
  readonly queries?: readonly { readonly parameter: string; readonly name: string; readonly fallback?: string }[];
  /** HTTP statuses of 300 or more that are no failures. */
  readonly ignoredStatus?: readonly number[];
}

/** An administrative operation type of one request, which is repeated as `retry-…` parameters say. */
export function oneRequest(name: string, shape: RequestShape): OperationType {
  const { runsOnServerless } = shape;
  return defineOperation({
    name,
    isAdmin: true,
    runsOnServerless,
    read: (reader) => readOneRequest(reader, shape),
    create: scriptOperation,
  });
}

function readOneRequest(reader: ParamReader, shape: RequestShape): Script {
  const path = shape.path.replace(/\{([^}]+)\}/g, (_, parameter: string) =>
    encodeName(reader.requiredString(parameter)),
  );
  const request = scriptRequest(readRequestOptions(reader), shape.method, path, {
    query: readQueries(reader, shape.queries ?? []),
    body: readBody(reader, shape.body),
    ...(shape.ignoredStatus === undefined ? {} : { ignoredStatus: shape.ignoredStatus }),
  });
  return retrying(readRetryPolicy(reader), async (session) => {
    await session.request(request);
  });
}

function readQueries(reader: ParamReader, queries: NonNullable<RequestShape['queries']>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { parameter, name, fallback } of queries) {
    const value = reader.scalar(parameter, fallback ?? null);
    if (value !== null) found.set(name, value);
  }
  return found;
}

function readBody(reader: ParamReader, body: RequestShape['body']): string | null {
  if (typeof body === 'function') return body(reader);
  if (body === 'none') return null;
  if (body === 'mandatory') reader.require('body');
  return reader.body('body');
}
