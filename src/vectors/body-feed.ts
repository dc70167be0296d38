// The bodies of one client, one after another: takes them out of the blocks of a stream, and asks for the next block
// while the bodies of the current one are sent.
import { BenchmarkError } from '../errors.ts';
import { type FilledBlock, markColumns, markWidth } from './body-block.ts';
import type { BodiesSpec } from './messages.ts';
import type { BlockStream, StreamOwner, VectorSource } from './vector-reader.ts';

/**
 * Its user waits for {@link ready}, calls {@link next} and sends `buffer[headRoom .. headRoom + length)`; these bytes
 * stay untouched until the call of `next` after that.
 */
export class BodyFeed implements StreamOwner {
  /** Holds the body at `headRoom`. Another buffer after every {@link next}. */
  buffer: Buffer = Buffer.alloc(0);
  /** Bytes of the body. */
  length = 0;
  documents = 0;
  /** The true neighbours of the query are `truth[truthStart .. truthEnd)`, the nearest first. */
  truth: Float64Array<ArrayBuffer> = new Float64Array(0);
  truthStart = 0;
  truthEnd = 0;
  private readonly source: VectorSource;
  private readonly spec: BodiesSpec;
  /** Rows that the client sends in all, repetitions included. */
  private readonly total: number;
  private stream: BlockStream | null = null;
  private current: FilledBlock | null = null;
  private ahead: FilledBlock | null = null;
  private taken = 0;
  private rowsDone = 0;
  private isAsking = false;
  /** Nothing is left to be asked for. */
  private isOver = false;
  private isClosed = false;
  private failure: BenchmarkError | null = null;
  private waiting: { readonly resolve: () => void; readonly reject: (error: BenchmarkError) => void } | null = null;

  constructor(source: VectorSource, spec: BodiesSpec) {
    this.source = source;
    this.spec = spec;
    this.total = (spec.end - spec.first) * (spec.kind === 'search' ? spec.repetitions : 1);
    this.isOver = this.total === 0;
  }

  /** Share of the rows that was handed out, 0..1. */
  progress(): number {
    const hasEnded = this.isOver && this.ahead === null && !this.hasBody();
    return hasEnded ? 1 : this.rowsDone / this.total;
  }

  /** `null` if {@link next} can be called now, else resolves when it can; rejects if the vectors cannot be read. */
  ready(): Promise<void> | null {
    if (this.failure !== null) return Promise.reject(this.failure);
    if (this.isOver || this.ahead !== null || this.hasBody()) return null;
    this.ask(null);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  /** Makes the next body the current one; `false` if there is none. */
  next(): boolean {
    if (!this.hasBody() && !this.advance()) return false;
    const { current } = this;
    if (current === null) return false;
    const { headRoom } = this.spec;
    const row = this.taken++ * markWidth;
    const mark = (column: number): number => current.marks[row + column] ?? 0;
    this.length = mark(markColumns.length);
    this.buffer = Buffer.from(current.buffer, mark(markColumns.start) - headRoom, headRoom + this.length);
    this.documents = mark(markColumns.documents);
    this.rowsDone = mark(markColumns.rowsDone);
    this.truth = current.truth;
    this.truthStart = row === 0 ? 0 : (current.marks[row - markWidth + markColumns.truthEnd] ?? 0);
    this.truthEnd = mark(markColumns.truthEnd);
    return true;
  }

  /** Ends the stream. */
  close(): void {
    this.isOver = true;
    this.isClosed = true;
    this.current = null;
    this.ahead = null;
    this.stream?.close();
    this.stream = null;
  }

  onBlock(block: FilledBlock): void {
    if (this.isClosed) return;
    this.isAsking = false;
    const { marks } = block;
    if (marks.length > 0) this.ahead = block;
    this.isOver ||= (marks[marks.length - markWidth + markColumns.rowsDone] ?? this.total) >= this.total;
    this.waiting?.resolve();
    this.waiting = null;
  }

  onFailure(error: BenchmarkError): void {
    this.isAsking = false;
    this.failure = error;
    this.waiting?.reject(error);
    this.waiting = null;
  }

  private hasBody(): boolean {
    return this.current !== null && this.taken * markWidth < this.current.marks.length;
  }

  /** Goes on to the block that was read ahead; the buffer of the one before it is used for the next. */
  private advance(): boolean {
    const used = this.current?.buffer ?? null;
    if (this.ahead === null) {
      if (this.isOver) return false;
      throw this.failure ?? new BenchmarkError('INTERNAL', 'A body was asked for before it was made.');
    }
    this.current = this.ahead;
    this.ahead = null;
    this.taken = 0;
    this.ask(used);
    return true;
  }

  private ask(used: ArrayBuffer | null): void {
    if (this.isAsking || this.isOver || this.failure !== null) return;
    this.isAsking = true;
    this.stream ??= this.source.open(this.spec, this);
    this.stream.fill(used);
  }
}
