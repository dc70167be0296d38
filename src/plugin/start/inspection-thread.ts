// The thread in which a plug-in is looked at, as whoever asks it something sees it.
import { Worker } from 'node:worker_threads';
import { BenchmarkError, fromWireError, messageOf } from '../../errors.ts';
import { type Seconds, secondsToMillis } from '../../units.ts';
import type { PluginPlace } from '../../workload/plugin-place.ts';
import { constructionLimit } from '../host.ts';
import { pluginError } from '../plugin-error.ts';
import type { InspectCommand, InspectMessage } from './inspect-messages.ts';

type AnswerOf<K extends InspectMessage['kind']> = Extract<InspectMessage, { readonly kind: K }>;

/** One question at a time to the thread. */
export class InspectionThread {
  private readonly worker: Worker;
  private readonly place: PluginPlace;
  private readonly limit: Seconds;
  private doing = 'starting it';
  private timer: NodeJS.Timeout | null = null;
  private settle: { resolve: (message: InspectMessage) => void; reject: (error: BenchmarkError) => void } | null = null;

  constructor(place: PluginPlace, limit: Seconds) {
    this.place = place;
    this.limit = limit;
    // What a plug-in prints must not come between the lines of this program.
    this.worker = new Worker(new URL('./inspect-thread.js', import.meta.url), { stdout: true, stderr: true });
    this.worker.on('message', (message: InspectMessage) => this.onMessage(message));
    this.worker.on('error', (error) => this.fail(messageOf(error)));
    this.worker.on('exit', () => this.fail('it has ended the process that it ran in'));
  }

  /**
   * Sends a command and waits for its answer, however long that takes if `isPatient`. Rejects with `PLUGIN`.
   */
  async ask<K extends InspectMessage['kind']>(
    command: InspectCommand,
    kind: K,
    isPatient = false,
  ): Promise<AnswerOf<K>> {
    const answer = await new Promise<InspectMessage>((resolve, reject) => {
      this.settle = { resolve, reject };
      if (!isPatient) this.watch(constructionLimit);
      this.worker.postMessage(command);
    }).finally(() => this.stopWatch());
    if (answer.kind === 'failed') throw fromWireError(answer.error);
    if (!isOf(answer, kind)) throw new BenchmarkError('INTERNAL', `A plug-in was asked for "${kind}".`);
    return answer;
  }

  /** Ends the thread, whatever runs in it. */
  async close(): Promise<void> {
    this.settle = null;
    await this.worker.terminate();
  }

  private onMessage(message: InspectMessage): void {
    if (message.kind === 'begins') {
      this.doing = message.what;
      if (this.timer !== null) this.watch(this.limit);
      return;
    }
    this.settle?.resolve(message);
  }

  private watch(limit: Seconds): void {
    this.stopWatch();
    this.timer = setTimeout(() => this.fail(`it did not end within ${limit} s`), secondsToMillis(limit));
  }

  private stopWatch(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private fail(message: string): void {
    this.settle?.reject(pluginError({ file: this.place.file, what: this.doing, message, trace: [] }));
  }
}

const isOf = <K extends InspectMessage['kind']>(message: InspectMessage, kind: K): message is AnswerOf<K> =>
  message.kind === kind;
