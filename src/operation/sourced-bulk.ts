// A bulk request whose documents come from a parameter source, with the body as lines.

import type { InPlaceRequest } from '../http/request.ts';
import type { JsonObject } from '../json.ts';
import type { Answer } from '../transport/answer.ts';
import type { PreparedRequest } from '../transport/request.ts';
import { BulkAnswerReader } from './bulk-answer-reader.ts';
import { InPlaceBody } from './in-place-body.ts';
import type { OperationContext, Outcome, RequestOperation } from './operation.ts';
import type { ParameterSource } from './parameter-source.ts';
import { ParamReader } from './params.ts';
import { encodeName, readRequestOptions, withQuery } from './request-options.ts';
import { TargetCache, wrongParams } from './target-cache.ts';

/** The parameters of one bulk request. */
interface BulkRequestParams {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** How many documents the body holds. */
  readonly documents: number;
  /** Whether the body brings its action lines; without them one is put in front of each document. */
  readonly hasActions: boolean;
}

interface BulkTarget extends BulkRequestParams {
  readonly request: InPlaceRequest;
}

function readBulkRequest(reader: ParamReader): BulkRequestParams {
  const { query, headers } = readRequestOptions(reader);
  const pipeline = reader.string('pipeline', null);
  const hasActions = reader.boolean('action-metadata-present', true);
  if (!hasActions) reader.require('index');
  const index = hasActions ? '' : `/${encodeName(reader.string('index', ''))}`;
  return {
    path: withQuery(`${index}/_bulk`, query, pipeline === null ? new Map() : new Map([['pipeline', pipeline]])),
    headers,
    documents: reader.requiredInteger('bulk-size', { min: 1 }),
    hasActions,
  };
}

/** `bulk` over a source: one sample is one request, and its weight is the `bulk-size` that the source says. */
export class SourcedBulk implements RequestOperation {
  readonly kind = 'request';
  readonly bodyUse = 'peek';
  readonly isFinite: boolean;
  readonly expectedWeight: { readonly weight: number; readonly unit: string };
  documents = 0;
  private readonly source: ParameterSource;
  private readonly context: OperationContext;
  private readonly targets: TargetCache<BulkRequestParams, BulkTarget>;
  private readonly body: InPlaceBody;
  private readonly answers: BulkAnswerReader;

  /** @param first the first parameters, from which the weight of a request is expected; `null` if there are none */
  constructor(source: ParameterSource, context: OperationContext, first: JsonObject | null) {
    const { requests, spec } = context;
    this.source = source;
    this.context = context;
    this.isFinite = source.isFinite;
    this.body = new InPlaceBody(requests.headRoom);
    const reader = new ParamReader(first ?? spec.params);
    this.expectedWeight = { weight: reader.integer('bulk-size', 1, { min: 1 }), unit: 'docs' };
    this.answers = new BulkAnswerReader(reader.boolean('detailed-results', false));
    this.targets = new TargetCache(context, {
      read: readBulkRequest,
      make: (params) => ({ ...params, request: requests.prepareInPlace('POST', params.path, params.headers) }),
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
    const { request, documents, hasActions } = this.targets.of(item.params);
    if (item.body === null || item.body.length === 0)
      throw wrongParams(this.context.spec, [{ path: 'body', message: '"body" is missing.' }]);
    this.documents = documents;
    this.answers.expect(documents);
    this.body.give(request, hasActions ? withLineEnd(item.body) : withActions(item.body));
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

const NEWLINE = 10;
const textOf = (body: Uint8Array | string): string => (typeof body === 'string' ? body : Buffer.from(body).toString());

/** A bulk request must end with the end of a line. */
function withLineEnd(body: Uint8Array | string): Uint8Array | string {
  const ends = typeof body === 'string' ? body.endsWith('\n') : body.at(-1) === NEWLINE;
  return ends ? body : `${textOf(body)}\n`;
}

/** The documents with an action line in front of each; the index is that of the path. */
function withActions(body: Uint8Array | string): string {
  const documents = textOf(body)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return documents.map((document) => `{"index":{}}\n${document}\n`).join('');
}
