// The threads that unpack the regions of one bzip2 file, each region by the next thread that is free.
import { Worker } from 'node:worker_threads';
import { BenchmarkError, messageOf } from '../../errors.ts';
import type { RegionEvent, RegionOrder } from './region.ts';
import type { RegionThreadData } from './region-thread.ts';

/** Regions that a thread is asked for at the same time: it goes on with the second while the first is taken. */
const REGIONS_PER_THREAD = 2;

/** Threads that unpack regions in the order of the file. */
export class RegionThreads {
  private readonly orders: Iterator<RegionOrder>;
  private readonly threads: readonly RegionThread[];
  /** The regions that were asked for and not read yet, in order. */
  private readonly asked: { readonly thread: RegionThread; readonly order: RegionOrder }[] = [];

  /** `signal` ends the waiting for what the threads make. */
  constructor(path: string, size: number, orders: Iterable<RegionOrder>, count: number, signal: AbortSignal) {
    this.orders = orders[Symbol.iterator]();
    this.threads = Array.from({ length: count }, () => new RegionThread(path, size, signal));
    for (let index = 0; index < count * REGIONS_PER_THREAD; index++) this.ask(this.threads[index % count]);
  }

  /** The next region, and what comes out of it; `null` after the last one. All of it has to be read. */
  next(): { readonly order: RegionOrder; readonly events: AsyncGenerator<RegionEvent> } | null {
    const region = this.asked.shift();
    return region === undefined ? null : { order: region.order, events: this.read(region.thread) };
  }

  /** Ends the threads, whatever they are doing. */
  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private ask(thread: RegionThread | undefined): void {
    const order = this.orders.next();
    if (order.done === true || thread === undefined) return;
    thread.ask(order.value);
    this.asked.push({ thread, order: order.value });
  }

  private async *read(thread: RegionThread): AsyncGenerator<RegionEvent> {
    for (;;) {
      const event = await thread.next();
      if (event === null) break;
      yield event;
      if (event.kind === 'block') thread.release(event.content.length);
    }
    this.ask(thread);
  }
}

type Message = RegionEvent | null;

/** One thread: its messages wait here until they are asked for. `null` ends a region. */
class RegionThread {
  private readonly worker: Worker;
  private readonly untaken = new Int32Array(new SharedArrayBuffer(4));
  private readonly messages: Message[] = [];
  private failure: unknown = null;
  private wake: (() => void) | null = null;
  private readonly stopListening: () => void;

  constructor(path: string, size: number, signal: AbortSignal) {
    const workerData: RegionThreadData = { path, size, untaken: this.untaken };
    this.worker = new Worker(new URL('./region-thread.js', import.meta.url), { workerData });
    this.worker.on('message', (message: Message) => {
      this.messages.push(message);
      this.wake?.();
    });
    this.worker.on('error', (cause) => this.fail(threadFailure(path, cause)));
    this.worker.on('exit', () => this.fail(threadFailure(path, new Error('it ended early'))));
    const onAbort = (): void => this.fail(signal.reason);
    signal.addEventListener('abort', onAbort);
    this.stopListening = () => signal.removeEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  }

  ask(order: RegionOrder): void {
    this.worker.postMessage(order);
  }

  async next(): Promise<Message> {
    for (;;) {
      if (this.failure !== null) throw this.failure;
      const message = this.messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = null;
    }
  }

  release(bytes: number): void {
    Atomics.sub(this.untaken, 0, bytes);
    Atomics.notify(this.untaken, 0);
  }

  async close(): Promise<void> {
    this.stopListening();
    await this.worker.terminate();
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.wake?.();
  }
}

const threadFailure = (path: string, cause: unknown): BenchmarkError =>
  new BenchmarkError('INTERNAL', `A thread that unpacks ${path} failed: ${messageOf(cause)}.`, { cause });
