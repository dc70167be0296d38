// Watches load threads in which code of a plug-in runs: a thread that it holds for too long cannot say so itself.
import { constructionLimit } from '../plugin/host.ts';
import { type Seconds, secondsToMillis } from '../units.ts';

/** Tells when a thread was not heard for too long while code of a plug-in ran in it. */
export class PluginWatch<T> {
  private readonly onStuck: (thread: T, what: string) => void;
  private readonly limit: Seconds;
  private readonly timers = new Map<T, NodeJS.Timeout>();

  /** `onStuck` is told what was running; `limit` is how long a thread may be silent. */
  constructor(onStuck: (thread: T, what: string) => void, limit: Seconds = constructionLimit) {
    this.onStuck = onStuck;
    this.limit = limit;
  }

  /** From now on the thread must be heard: until it is, `what` is running in it. */
  expect(thread: T, what: string): void {
    this.done(thread);
    const stuck = (): void => {
      this.timers.delete(thread);
      this.onStuck(thread, what);
    };
    this.timers.set(thread, setTimeout(stuck, secondsToMillis(this.limit)));
  }

  /** The thread was heard, and nothing is expected of it any more. */
  done(thread: T): void {
    clearTimeout(this.timers.get(thread));
    this.timers.delete(thread);
  }

  /** Watches nothing any more. */
  close(): void {
    for (const thread of [...this.timers.keys()]) this.done(thread);
  }
}
