// A parameter source of a Python plug-in: it asks for the next parameters while it still has some.
import { BenchmarkError } from '../errors.ts';
import { isJsonObject, type Json, type JsonObject, parseJson } from '../json.ts';
import type { BodyForm, SourceParams } from '../operation/parameter-source.ts';
import type { PluginSource } from '../plugin/host.ts';
import type { PythonProcess, Reply } from './python-process.ts';
import { countOf, type Fields, listOf, numberOf, textsOf } from './shapes.ts';

/** How many parameters are asked for at first, and at most. */
const FIRST_COUNT = 4;
const MOST_COUNT = 512;
/** A batch is to last about so long, in ms, so that what depends on the time of day is not far behind it. */
const BATCH_MILLIS = 250;
/** A batch ends once its bodies have so many bytes: memory stays within bounds, whatever the size of a body. */
const MOST_BYTES = 1 << 18;
/** The length that stands for "no body". */
const NO_BODY = 0xffffffff;
const NO_PARAMS: JsonObject = new Map();

/** Parameters that stay in Python, by their number. */
export class KeptParams implements SourceParams {
  readonly params = NO_PARAMS;
  readonly body = null;
  readonly source: number;
  readonly kept: number;

  constructor(source: number, kept: number) {
    this.source = source;
    this.kept = kept;
  }
}

/** Which source this is, and where its bodies go. */
export interface SourceIdentity {
  readonly number: number;
  readonly name: string;
  readonly task: string;
  readonly bodies: BodyForm;
}

/** The source of one client. */
export class PythonSource implements PluginSource {
  readonly isFinite: boolean;
  readonly corpora: readonly string[] | null;
  private readonly python: PythonProcess;
  private readonly identity: SourceIdentity;
  private readonly what: string;
  private readonly current = { params: NO_PARAMS, body: null as Uint8Array | null };
  private heads = new Map<string, JsonObject>();
  private batch = Batch.none;
  private following: Batch | null = null;
  private pending: Promise<void> | null = null;
  private hasEnded = false;
  private failure: BenchmarkError | null = null;
  private count = FIRST_COUNT;
  private askedAt = performance.now();
  private share: number | null = null;

  constructor(python: PythonProcess, identity: SourceIdentity, facts: Fields) {
    this.python = python;
    this.identity = identity;
    this.what = `parameter source "${identity.name}" of task "${identity.task}"`;
    this.isFinite = facts.infinite === false;
    this.corpora = Array.isArray(facts.corpora) ? textsOf(facts.corpora) : null;
  }

  ready(): Promise<void> | null {
    if (this.batch.left > 0 || this.following !== null || this.hasEnded || this.failure !== null) return null;
    return this.fetch();
  }

  next(): SourceParams | null {
    if (this.batch.left === 0) this.turn();
    const { batch } = this;
    if (batch.left === 0) {
      if (this.failure !== null) throw this.failure;
      if (this.hasEnded) return null;
      throw new BenchmarkError('INTERNAL', `The ${this.what} was asked before it was ready.`);
    }
    if (batch.left * 2 <= batch.count && this.following === null && !this.hasEnded && this.failure === null)
      void this.fetch();
    if (batch.firstKept !== null) return new KeptParams(this.identity.number, batch.firstKept + batch.take());
    this.current.params = batch.head;
    this.current.body = batch.body;
    batch.take();
    return this.current;
  }

  progress(): number | null {
    return this.share;
  }

  close(): void {
    this.hasEnded = true;
    // The answer tells nothing; if the process is gone, so is the source.
    this.python.ask({ do: 'closeSource', source: this.identity.number }, this.what).catch(() => undefined);
  }

  /** Goes on to the batch that was asked for ahead of need. */
  private turn(): void {
    if (this.following === null) return;
    this.batch = this.following;
    this.following = null;
  }

  /** Asks for the next batch, once at a time. It never rejects: {@link next} throws what went wrong. */
  private fetch(): Promise<void> {
    this.pending ??= this.request().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  private async request(): Promise<void> {
    const { number } = this.identity;
    this.adapt();
    try {
      const header = { do: 'batch', source: number, count: this.count, most: MOST_BYTES };
      this.receive(await this.python.askRaw(header, this.what));
    } catch (error) {
      this.failure ??= error instanceof BenchmarkError ? error : this.python.failures.said(this.what, String(error));
    }
  }

  /** The next batch is to be used up in about a quarter of a second. */
  private adapt(): void {
    const now = performance.now();
    const rate = this.batch.count / Math.max(1, now - this.askedAt);
    this.askedAt = now;
    if (this.batch.count > 0)
      this.count = Math.max(1, Math.min(MOST_COUNT, this.count * 4, Math.round(rate * BATCH_MILLIS)));
  }

  private receive({ fields, bytes }: Reply): void {
    const count = fields.count === undefined ? 0 : countOf(fields.count);
    this.share = numberOf(fields.progress);
    this.hasEnded ||= fields.ended === true;
    if (fields.error !== undefined) this.failure = this.python.failures.raised(this.what, fields.error);
    if (count > 0) this.following = this.read(count, fields, bytes);
    else if (!this.hasEnded && this.failure === null)
      this.failure = this.python.failures.said(this.what, 'it gave no parameters');
  }

  private read(count: number, fields: Fields, bytes: Buffer): Batch {
    if (this.identity.bodies === 'kept')
      return new Batch(count, { firstKept: countOf(fields.first), heads: [], bytes });
    const texts = textsOf(fields.heads);
    const known = new Map<string, JsonObject>();
    for (const text of texts) known.set(text, this.heads.get(text) ?? this.parseHead(text));
    this.heads = known;
    const heads = listOf(fields.runs).flatMap((run) => {
      const [place, length] = listOf(run);
      const params = known.get(texts[countOf(place)] ?? '');
      return params === undefined ? [] : [{ params, length: countOf(length) }];
    });
    if (heads.reduce((sum, { length }) => sum + length, 0) !== count || bytes.length < 4 * count)
      throw new BenchmarkError('INTERNAL', 'The Python process answered something that it should not.');
    return new Batch(count, { firstKept: null, heads, bytes });
  }

  private parseHead(text: string): JsonObject {
    const head: Json = parseJson(text);
    return isJsonObject(head) ? head : NO_PARAMS;
  }
}

/** What a batch is made of: the number of the first kept parameters, or heads with their bodies. */
interface BatchParts {
  readonly firstKept: number | null;
  /** How many requests in a row have the same parameters beside the body. */
  readonly heads: readonly { readonly params: JsonObject; readonly length: number }[];
  /** The length of each body, then the bodies. */
  readonly bytes: Buffer;
}

/** Parameters that lie ready. */
class Batch {
  static readonly none = new Batch(0, { firstKept: null, heads: [], bytes: Buffer.alloc(0) });
  readonly count: number;
  readonly firstKept: number | null;
  left: number;
  private readonly parts: BatchParts;
  private run = 0;
  private runEnd: number;
  private bodyStart: number;

  constructor(count: number, parts: BatchParts) {
    this.count = count;
    this.left = count;
    this.firstKept = parts.firstKept;
    this.parts = parts;
    this.runEnd = parts.heads[0]?.length ?? 0;
    this.bodyStart = 4 * count;
  }

  get head(): JsonObject {
    return this.parts.heads[this.run]?.params ?? NO_PARAMS;
  }

  get body(): Uint8Array | null {
    const length = this.length();
    return length === NO_BODY ? null : this.parts.bytes.subarray(this.bodyStart, this.bodyStart + length);
  }

  /** Goes on to the next one. Returns the place of the one that was taken. */
  take(): number {
    const place = this.count - this.left;
    if (this.firstKept === null) {
      const length = this.length();
      if (length !== NO_BODY) this.bodyStart += length;
      if (place + 1 === this.runEnd) this.runEnd += this.parts.heads[++this.run]?.length ?? 0;
    }
    this.left--;
    return place;
  }

  private length(): number {
    return this.parts.bytes.readUInt32LE(4 * (this.count - this.left));
  }
}
