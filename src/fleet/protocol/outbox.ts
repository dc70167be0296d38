// An ordered queue to one receiver that loses nothing and may repeat: stop and wait, until the receiver says what it has taken.
import { BenchmarkError } from '../../errors.ts';

/** Consecutive pieces; the first has the number `first`. */
export interface Batch {
  readonly first: number;
  readonly pieces: readonly Uint8Array[];
}

export interface OutboxOptions {
  /** Sends a batch and returns the number of the last piece that the receiver has taken. Rejects if no answer came: the batch is then sent again. */
  readonly send: (batch: Batch) => Promise<number>;
  /** Pieces that may wait; more is an overflow. */
  readonly bound: number;
  /** The queue has ended: it overflowed, or the receiver has forgotten what it took. Said once. */
  readonly onFailure: (error: BenchmarkError) => void;
  /** Waits so many ms before a repeat. */
  readonly pause: (millis: number) => Promise<void>;
  /** 0..1, for the length of pauses. */
  readonly random: () => number;
}

export const usualBound = 600;
/** Servers take messages of 1 MB unless told otherwise. */
const MAX_BATCH_BYTES = 768 * 1024;
const MAX_PIECE_BYTES = 256 * 1024;
const LEAST_PAUSE_MILLIS = 200;
const PAUSE_SPREAD_MILLIS = 200;

/** The first byte of a piece. */
export const lastPiece = 0;
export const morePieces = 1;

export class Outbox {
  private readonly options: OutboxOptions;
  private readonly waiting: Uint8Array[] = [];
  /** Number of the first piece that waits. Numbers begin with 1. */
  private first = 1;
  private isPumping = false;
  private isStopped = false;
  private readonly emptied = new Set<() => void>();

  constructor(options: OutboxOptions) {
    this.options = options;
  }

  /** Pieces that the receiver has not taken yet. */
  get length(): number {
    return this.waiting.length;
  }

  /** Queues a message; a long one in several pieces. Nothing is taken after {@link stop} or a failure. */
  push(message: Uint8Array): void {
    if (this.isStopped) return;
    for (let start = 0; start === 0 || start < message.length; start += MAX_PIECE_BYTES) {
      const end = Math.min(message.length, start + MAX_PIECE_BYTES);
      const piece = new Uint8Array(1 + end - start);
      piece[0] = end < message.length ? morePieces : lastPiece;
      piece.set(message.subarray(start, end), 1);
      this.waiting.push(piece);
    }
    if (this.waiting.length > this.options.bound) {
      this.fail(new BenchmarkError('WORKER_LOST', `More than ${this.options.bound} messages wait for an answer: the other side takes none.`));
      return;
    }
    if (!this.isPumping) void this.pump();
  }

  /** Resolves once everything was taken, or the queue has ended. */
  async flush(): Promise<void> {
    if (this.waiting.length === 0 || this.isStopped) return;
    await new Promise<void>((resolve) => this.emptied.add(resolve));
  }

  /** Ends the queue; what waits is not sent any more. */
  stop(): void {
    this.isStopped = true;
    this.release();
  }

  private async pump(): Promise<void> {
    this.isPumping = true;
    while (this.waiting.length > 0 && !this.isStopped) {
      try {
        this.taken(await this.options.send(this.nextBatch()));
      } catch (error) {
        if (error instanceof OutboxBroken) this.fail(error.failure);
        else await this.options.pause(LEAST_PAUSE_MILLIS + PAUSE_SPREAD_MILLIS * this.options.random());
      }
    }
    this.isPumping = false;
    if (this.waiting.length === 0) this.release();
  }

  private nextBatch(): Batch {
    let bytes = 0;
    const end = this.waiting.findIndex((piece, index) => {
      bytes += piece.length;
      return bytes > MAX_BATCH_BYTES && index > 0;
    });
    return { first: this.first, pieces: end < 0 ? [...this.waiting] : this.waiting.slice(0, end) };
  }

  private taken(last: number): void {
    if (this.isStopped) return;
    if (last < this.first - 1 || last >= this.first + this.waiting.length) {
      throw new OutboxBroken(
        new BenchmarkError('WORKER_LOST', `The other side says that it took ${last} messages, where ${this.first - 1} were taken.`),
      );
    }
    this.waiting.splice(0, last + 1 - this.first);
    this.first = last + 1;
  }

  private fail(error: BenchmarkError): void {
    if (this.isStopped) return;
    this.stop();
    this.options.onFailure(error);
  }

  private release(): void {
    for (const resolve of this.emptied) resolve();
    this.emptied.clear();
  }
}

/** Thrown by `send` when a repeat would not help. */
export class OutboxBroken extends Error {
  readonly failure: BenchmarkError;
  constructor(failure: BenchmarkError) {
    super(failure.message);
    this.failure = failure;
  }
}
