// `raw-request`: any request. One that is always the same is made into bytes once.
import type { InPlaceRequest, RequestFactory } from '../http/request.ts';
import { isJsonNumber, toNumber } from '../json.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { defineOperation } from './define.ts';
import { InPlaceBody } from './in-place-body.ts';
import type { OperationContext, OperationType, RequestOperation } from './operation.ts';
import type { ParameterSource } from './parameter-source.ts';
import { type ParamReader, shown } from './params.ts';
import { encodePath, type RequestOptions, readRequestOptions, withQuery } from './request-options.ts';
import { TargetCache } from './target-cache.ts';

/** The parameters of one `raw-request` operation, checked. */
export interface RawRequestParams {
  readonly method: string;
  /** Path with its own query, percent-encoded. */
  readonly path: string;
  readonly body: string | null;
  readonly options: RequestOptions;
  /** HTTP statuses of 300 or more that are no errors. */
  readonly ignoredStatus: readonly number[];
}

/** Reads the parameters of `raw-request`. Problems go to the reader. */
export function readRawRequest(reader: ParamReader): RawRequestParams {
  const path = reader.requiredString('path');
  if (path !== '' && !path.startsWith('/'))
    reader.problem('path', `"path" must start with "/", but is ${shown(path)}.`);
  const method = reader.string('method', 'GET').toUpperCase();
  if (!/^[A-Z]+$/.test(method)) reader.problem('method', `"method" must be an HTTP method, but is ${shown(method)}.`);
  return {
    method,
    path: encodePath(path),
    body: reader.body('body'),
    options: readRequestOptions(reader),
    ignoredStatus: readIgnored(reader),
  };
}

function readIgnored(reader: ParamReader): readonly number[] {
  if (isJsonNumber(reader.value('ignore'))) return [reader.integer('ignore', 0)];
  const list = reader.list('ignore', []);
  return list.flatMap((item, index) => {
    const status = isJsonNumber(item) ? toNumber(item) : typeof item === 'string' ? Number(item) : Number.NaN;
    if (Number.isInteger(status) && status >= 100 && status < 600) return [status];
    reader.problem(`ignore[${index}]`, `An ignored status must be an HTTP status, but is ${shown(item)}.`);
    return [];
  });
}

class RawRequestOperation implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite = false;
  readonly bodyUse = 'none';
  readonly ignoredStatus: readonly number[];
  private readonly request: PreparedRequest;

  constructor(params: RawRequestParams, requests: RequestFactory) {
    this.ignoredStatus = params.ignoredStatus;
    this.request = requests.prepare({
      method: params.method,
      path: withQuery(params.path, params.options.query),
      body: params.body === null ? null : Buffer.from(params.body),
      headers: params.options.headers,
    });
  }

  progress(): null {
    return null;
  }

  ready(): null {
    return null;
  }

  next(): PreparedRequest {
    return this.request;
  }

  read(): void {
    // Any answer with an accepted status is a success.
  }
}

/** Requests whose parameters come one by one. Head and path are made once for equal parameters. */
class SourcedRawRequest implements RequestOperation {
  readonly kind = 'request';
  readonly isFinite: boolean;
  readonly bodyUse = 'none';
  ignoredStatus: readonly number[] = [];
  private readonly source: ParameterSource;
  private readonly targets: TargetCache<RawRequestParams, RawTarget>;
  private readonly body: InPlaceBody;

  constructor(source: ParameterSource, context: OperationContext) {
    const { requests } = context;
    this.source = source;
    this.isFinite = source.isFinite;
    this.body = new InPlaceBody(requests.headRoom);
    this.targets = new TargetCache(context, {
      read: readRawRequest,
      make: ({ method, path, options, ignoredStatus }) => {
        const target = withQuery(path, options.query);
        return {
          request: requests.prepareInPlace(method, target, options.headers),
          bare: requests.prepare({ method, path: target, headers: options.headers, body: null }),
          ignoredStatus,
        };
      },
    });
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
    const { request, bare, ignoredStatus } = this.targets.of(item.params);
    this.ignoredStatus = ignoredStatus;
    if (item.body === null) return bare;
    this.body.give(request, item.body);
    return request;
  }

  read(): void {
    // Any answer with an accepted status is a success.
  }

  close(): void {
    this.source.close();
  }
}

/** What equal parameters have in common. */
interface RawTarget {
  readonly request: InPlaceRequest;
  /** For parameters without a body. */
  readonly bare: PreparedRequest;
  readonly ignoredStatus: readonly number[];
}

/** `raw-request`: one sample is one request. Any answer with an accepted status is a success. */
export const rawRequest: OperationType = defineOperation({
  name: 'raw-request',
  isAdmin: false,
  runsOnServerless: true,
  read: readRawRequest,
  unit: () => 'ops',
  create: (params, context) => new RawRequestOperation(params, context.requests),
  over: { bodies: 'json', create: (source, context) => new SourcedRawRequest(source, context) },
});
