// The side of those who want vectors: a thread reads data sets and makes request bodies ahead of need, so that neither
// reading nor printing numbers holds up a thread that measures.
import { Worker } from 'node:worker_threads';
import { BenchmarkError, fromWireError, messageOf, unreachable } from '../errors.ts';
import type { FilledBlock } from './body-block.ts';
import type { DataSetFile, DataSetShape } from './data-set.ts';
import type { BodiesSpec, VectorReply, VectorRequest } from './messages.ts';

/** Hears what becomes of a stream. */
export interface StreamOwner {
  onBlock(block: FilledBlock): void;
  onFailure(error: BenchmarkError): void;
}

/** A stream of blocks of bodies. */
export interface BlockStream {
  /** Asks for the next block; `used` is a buffer that is not needed any more. A block without bodies is the end. */
  fill(used: ArrayBuffer | null): void;
  close(): void;
}

/** Where operations get their bodies from. */
export interface VectorSource {
  /** Opens a stream. Its owner hears of a failure, if there is one, instead of a block. */
  open(spec: BodiesSpec, owner: StreamOwner): BlockStream;
}

interface Question {
  readonly resolve: (shape: DataSetShape) => void;
  readonly reject: (error: BenchmarkError) => void;
}

/** A thread that reads vectors. It is started by the first question, and must be closed. */
export class VectorReader implements VectorSource {
  private worker: Worker | null = null;
  private lost: BenchmarkError | null = null;
  private isClosed = false;
  private lastId = 0;
  private readonly questions = new Map<number, Question>();
  private readonly owners = new Map<number, StreamOwner>();

  /** Opens a data set and says what is in it. Rejects with `CORPUS` or `UNSUPPORTED`. */
  describe(file: DataSetFile): Promise<DataSetShape> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { resolve, reject });
      this.send({ kind: 'describe', id, file });
    });
  }

  open(spec: BodiesSpec, owner: StreamOwner): BlockStream {
    const stream = ++this.lastId;
    this.owners.set(stream, owner);
    this.send({ kind: 'open', stream, spec });
    return {
      fill: (used) => this.send({ kind: 'fill', stream, used }, used === null ? [] : [used]),
      close: () => {
        this.owners.delete(stream);
        this.send({ kind: 'close', stream });
      },
    };
  }

  /** Ends the thread, and with it all streams and questions. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.owners.clear();
    this.questions.clear();
    await this.worker?.terminate();
  }

  private send(request: VectorRequest, transfer: ArrayBuffer[] = []): void {
    if (this.isClosed) return;
    if (this.lost !== null) {
      this.lose(this.lost);
      return;
    }
    this.worker ??= this.start();
    this.worker.postMessage(request, transfer);
  }

  private start(): Worker {
    const worker = new Worker(new URL('./reader-thread.js', import.meta.url));
    worker.on('message', (reply: VectorReply) => this.hear(reply));
    worker.on('error', (error) => this.lose(lostThread(messageOf(error))));
    worker.on('exit', () => this.lose(lostThread('it has ended')));
    return worker;
  }

  private hear(reply: VectorReply): void {
    switch (reply.kind) {
      case 'described':
        this.take(reply.id)?.resolve(reply.shape);
        break;
      case 'not-described':
        this.take(reply.id)?.reject(fromWireError(reply.error));
        break;
      case 'filled':
        this.owners.get(reply.stream)?.onBlock(reply.block);
        break;
      case 'failed':
        this.owners.get(reply.stream)?.onFailure(fromWireError(reply.error));
        break;
      default:
        unreachable(reply);
    }
  }

  private take(id: number): Question | undefined {
    const question = this.questions.get(id);
    this.questions.delete(id);
    return question;
  }

  private lose(error: BenchmarkError): void {
    if (this.isClosed) return;
    this.lost = error;
    for (const { reject } of this.questions.values()) reject(error);
    this.questions.clear();
    for (const owner of this.owners.values()) owner.onFailure(error);
  }
}

function lostThread(reason: string): BenchmarkError {
  return new BenchmarkError('WORKER_LOST', `The thread that reads data sets of vectors ended unexpectedly: ${reason}.`);
}
