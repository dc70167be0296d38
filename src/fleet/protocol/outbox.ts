// An ordered queue of messages to one receiver over a network that may lose messages. It sends one batch at a time,
// waits until the receiver answers how much of it was taken, and sends the rest again. An Inbox ignores repetitions.
//
// Long messages are cut into pieces. Pieces are numbered from 1 for as long as the queue lives, and the first byte of
// each says whether its message ends with it. A batch is as many waiting pieces as fit into one message of the network.
import { BenchmarkError } from '../../errors.ts';

/** Consecutive pieces, of which the first has the number `first`. */
export interface Batch {
  readonly first: number;
  readonly pieces: readonly Uint8Array[];
}

/** How an outbox reaches its receiver. */
export interface OutboxOptions {
  /**
   * Sends a batch and resolves to the number of the last piece that the receiver has taken. If it rejects, the batch is
   * sent again after a pause, unless it rejects with {@link OutboxBroken}.
   */
  readonly send: (batch: Batch) => Promise<number>;
  /** The most pieces that may wait. One more breaks the queue. */
  readonly bound: number;
  /**
   * Called once if the queue breaks: it overflowed, `send` threw {@link OutboxBroken}, or the receiver claims to have
   * taken another number of pieces than it can have.
   */
  readonly onFailure: (error: BenchmarkError) => void;
  /** Waits so many ms before a batch is sent again. */
  readonly pause: (millis: number) => Promise<void>;
  /** A random number from 0 to 1, so that senders do not repeat in step with each other. */
  readonly random: () => number;
}

/** {@link OutboxOptions.bound} in pieces, where nothing asks for more. */
export const usualBound = 600;
/** Below the 1 MB that a NATS server accepts for one message unless it is configured otherwise. */
const MAX_BATCH_BYTES = 768 * 1024;
const MAX_PIECE_BYTES = 256 * 1024;
const LEAST_PAUSE_MILLIS = 200;
const PAUSE_SPREAD_MILLIS = 200;

/** First byte of a piece with which its message ends. */
export const lastPiece = 0;
/** First byte of a piece that is followed by more of the same message. */
export const morePieces = 1;

/** The sending end of the queue; see the head of this file. */
export class Outbox {
  private readonly options: OutboxOptions;
  private readonly waiting: Uint8Array[] = [];
  /** The number of the first piece that waits. */
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

  /** Queues a message. After {@link stop} or a failure it is dropped. */
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
      this.fail(
        new BenchmarkError(
          'WORKER_LOST',
          `More than ${this.options.bound} messages wait for an answer: the other side takes none.`,
        ),
      );
      return;
    }
    if (!this.isPumping) void this.pump();
  }

  /** Resolves once the receiver has taken everything, or the queue has ended. */
  async flush(): Promise<void> {
    if (this.waiting.length === 0 || this.isStopped) return;
    await new Promise<void>((resolve) => this.emptied.add(resolve));
  }

  /** Ends the queue. Pieces that still wait are not sent any more. */
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
        new BenchmarkError(
          'WORKER_LOST',
          `The other side says that it took ${last} messages, where ${this.first - 1} were taken.`,
        ),
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

/** Thrown by {@link OutboxOptions.send} if sending again would not help; `failure` is told to `onFailure`. */
export class OutboxBroken extends Error {
  readonly failure: BenchmarkError;
  constructor(failure: BenchmarkError) {
    super(failure.message);
    this.failure = failure;
  }
}
