// A parameter source of a plug-in, asked in the load thread itself: what it returns becomes parameters and a body.
import { isJsonObject, type JsonObject, toJson } from '../../json.ts';
import type { BodyForm, SourceParams } from '../../operation/parameter-source.ts';
import type { PluginSource } from '../host.ts';
import type { ParamSource, Params } from './api.ts';
import type { AuthorTrace } from './author-trace.ts';
import { kindOf } from './registrations.ts';

/** Equal parameters are found among so many different ones. */
const MOST_KNOWN = 1000;
const NO_PARAMS: JsonObject = new Map();

/** Parameters that stay as the source returned them, for a runner of the same plug-in. */
export class KeptParams implements SourceParams {
  readonly params = NO_PARAMS;
  readonly body = null;
  readonly value: Params;
  constructor(value: Params) {
    this.value = value;
  }
}

/** Gives the parameters of one {@link ParamSource}. Of parameters that stay the same nothing is made anew. */
export class AuthorSource implements PluginSource {
  readonly isFinite: boolean;
  readonly corpora: readonly string[] | null;
  /** What the plug-in made. */
  readonly source: ParamSource;
  private readonly bodies: BodyForm;
  private readonly name: string;
  private readonly trace: AuthorTrace;
  private readonly item: { params: JsonObject; body: Uint8Array | string | null } = { params: NO_PARAMS, body: null };
  private readonly known = new Map<string, JsonObject>();
  private last: Params = {};
  private lastKeys = -1;

  /** `name` names the source in errors. Throws `PLUGIN` if it is no source. */
  constructor(source: ParamSource, name: string, bodies: BodyForm, trace: AuthorTrace) {
    requireSource(source, name, trace);
    this.source = source;
    this.name = name;
    this.bodies = bodies;
    this.trace = trace;
    this.isFinite = source.infinite === false;
    this.corpora = source.corpora ?? null;
  }

  ready(): Promise<void> | null {
    if (this.source.ready === undefined) return null;
    const what = (): string => `ready() of ${this.name}`;
    const waiting = this.trace.call(what, () => this.source.ready?.() ?? null);
    return waiting === null ? null : this.trace.wait(what, () => waiting);
  }

  next(): SourceParams | null {
    let value: Params | null;
    try {
      value = this.source.params();
    } catch (error) {
      throw this.trace.errorOf(`params() of ${this.name}`, error);
    }
    if (value === null) return null;
    if (typeof value !== 'object' || Array.isArray(value) || value instanceof Promise) throw this.wrongShape(value);
    if (this.bodies === 'kept') return new KeptParams(value);
    try {
      return this.convert(value);
    } catch (error) {
      throw this.trace.errorOf(`what params() of ${this.name} returned`, error);
    }
  }

  progress(): number | null {
    return this.source.progress?.() ?? null;
  }

  close(): void {
    this.trace.call(
      () => `close() of ${this.name}`,
      () => this.source.close?.(),
    );
  }

  private convert(value: Params): SourceParams {
    const { item, bodies } = this;
    const { body } = value;
    item.params = this.intern(value);
    item.body = bodies === 'inline' || body === null || body === undefined ? null : bodyOf(body, bodies === 'lines');
    return item;
  }

  /** The parameters as JSON: the same object as for the request before, or for an earlier one, if they are equal. */
  private intern(value: Params): JsonObject {
    if (this.isLikeLast(value)) return this.item.params;
    const kept = this.bodies === 'inline' ? value : withoutBody(value);
    const key = JSON.stringify(kept);
    const params = this.known.get(key) ?? this.remember(key, kept);
    this.last = hasOnlyScalars(kept) ? { ...value } : {};
    this.lastKeys = hasOnlyScalars(kept) ? Object.keys(value).length : -1;
    return params;
  }

  private isLikeLast(value: Params): boolean {
    let keys = 0;
    for (const key in value) {
      keys++;
      if (this.bodies !== 'inline' && key === 'body') continue;
      if (value[key] !== this.last[key]) return false;
    }
    return keys === this.lastKeys;
  }

  private remember(key: string, value: Params): JsonObject {
    const params = toJson(value);
    if (!isJsonObject(params)) throw this.wrongShape(value);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(key, params);
    return params;
  }

  private wrongShape(value: unknown): Error {
    return this.trace.wrong(
      `params() of ${this.name}`,
      `it must return an object with parameters, or null at the end, but returned ${kindOf(value)}`,
    );
  }
}

function requireSource(source: unknown, name: string, trace: AuthorTrace): void {
  const isOne = typeof source === 'object' && source !== null && typeof Reflect.get(source, 'params') === 'function';
  if (!isOne) throw trace.wrong(name, `it must be an object with a function "params", but is ${kindOf(source)}`);
  const corpora: unknown = Reflect.get(source, 'corpora');
  const areNames = Array.isArray(corpora) && corpora.every((corpus) => typeof corpus === 'string');
  if (corpora !== undefined && !areNames) throw trace.wrong(name, '"corpora" must be a list of names');
}

function withoutBody(value: Params): Params {
  const { body: _body, ...rest } = value;
  return rest;
}

/** Whether equal references mean equal content: an object may have been changed since. */
const hasOnlyScalars = (value: Params): boolean =>
  Object.values(value).every((item) => typeof item !== 'object' || item === null);

/** A body ready to send. A list in a bulk request is one line per item. */
function bodyOf(body: unknown, asLines: boolean): Uint8Array | string {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (asLines && Array.isArray(body)) return body.map((line) => `${lineOf(line)}\n`).join('');
  return lineOf(body);
}

function lineOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const text: unknown = JSON.stringify(value);
  if (typeof text === 'string') return text;
  throw new TypeError(`A body cannot be ${kindOf(value)}.`);
}
