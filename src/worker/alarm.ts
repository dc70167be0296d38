// Wakes a thread's event loop at a given time: with the timers of Node.js, or to within tenths of a millisecond with
// a thread that does nothing else.
import { MessageChannel, Worker } from 'node:worker_threads';
import { AlarmWords } from './alarm-words.ts';

/** Wakes whoever made it. It may also ring when nothing is due, and then wants to be set again. */
export interface Alarm {
  /**
   * Rings at `due`, a reading of the monotonic clock in ms, and no longer at what was set before.
   * `next` is the time that would be set after it, as far as it is known: infinite if it is not.
   */
  set(due: number, next: number): void;
  /** Never rings again. */
  close(): void;
}

/** Makes an alarm that calls `ring`, from the event loop of this thread. */
export type MakeAlarm = (ring: () => void) => Alarm;

/** Node.js takes a longer timer for one of a millisecond. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/** Rings up to two milliseconds late: for what needs no better. Costs nothing while nobody waits. */
export function timerAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | null = null;
  let timerDue = Number.POSITIVE_INFINITY;
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    timerDue = Number.POSITIVE_INFINITY;
  };
  return {
    set(due) {
      // A timer that rings too early asks for the next one: cheaper than to replace it each time.
      if (timerDue <= due) return;
      stop();
      timerDue = due;
      const delay = Math.min(LONGEST_TIMER_MILLIS, Math.ceil(due - performance.now()));
      timer = setTimeout(() => {
        stop();
        ring();
      }, delay);
    },
    close: stop,
  };
}

/** The helper sleeps for certain until a time that is still so many ms away. */
const CERTAIN_MILLIS = 0.02;
/** The helper thread is stack, loop and a few numbers. */
const HELPER_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 };

/**
 * Rings about 0.1 ms late, whatever the event loop is doing: a thread of its own sleeps until the time and then sends
 * a message.
 * Timers cannot: they are kept in whole milliseconds, and so is the time that the event loop sleeps.
 */
export function threadAlarm(ring: () => void): Alarm {
  const words = AlarmWords.create();
  const { port1: bell, port2: cord } = new MessageChannel();
  const helper = new Worker(new URL('./alarm-thread.js', import.meta.url), {
    workerData: { buffer: words.buffer, cord },
    transferList: [cord],
    resourceLimits: HELPER_LIMITS,
  });
  helper.unref();
  bell.on('message', ring);
  /** The helper wakes up at one of these times by itself and then looks at what is set now. */
  let setDue = Number.POSITIVE_INFINITY;
  let setNext = Number.POSITIVE_INFINITY;
  return {
    set(due, next) {
      const over = performance.now() + CERTAIN_MILLIS;
      const wakesAt = setDue > over ? setDue : setNext > over ? setNext : Number.POSITIVE_INFINITY;
      setDue = due;
      setNext = next;
      words.set(due, next);
      if (due < wakesAt) words.wake();
    },
    close() {
      bell.close();
      void helper.terminate();
    },
  };
}
