// Calls clients when their time has come, to within microseconds where timers only keep milliseconds.
import { DueQueue } from './due-queue.ts';

/** Something that waits for a time: for one time at most. */
export interface Waiter {
  /** The time has come; `now` is a reading of the monotonic clock in ms that is not before it. */
  onDue(now: number): void;
}

/**
 * A timer may be late by more than a millisecond, so the last stretch before a due time is spent polling: the event loop goes round without
 * sleeping, and answers are read all the while.
 */
const SPIN_MILLIS = 2;

/** What is waited for from within a call, for a time that has passed, comes this many ms after the time of the call: in the next turn. */
const NEXT_TURN_MILLIS = 1e-6;
/** Node.js takes a longer timer for one of a millisecond. */
const LONGEST_TIMER_MILLIS = 2 ** 31 - 1;

/** Calls waiters when they are due. No allocation per wait beyond Node's own timers. */
export class Timeline {
  private readonly queue = new DueQueue<Waiter>();
  private timer: NodeJS.Timeout | null = null;
  private timerDue = Number.POSITIVE_INFINITY;
  private isSpinning = false;
  private lastSpin = 0;
  /** While waiters are called: whoever waits for a time up to here waits for the next turn. */
  private firingAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds spent polling without anything to do. */
  idleSpin = 0;
  /** Set by whoever did real work in this turn of the event loop, so that it does not count as idle polling. */
  hadWork = false;

  /**
   * Calls `waiter.onDue` at `due`, a reading of the monotonic clock in ms, or in the next turn of the event loop if that has passed.
   * A waiter that waits already waits for the new time instead.
   */
  wait(waiter: Waiter, due: number): void {
    const first = this.queue.firstDue;
    this.queue.put(waiter, due > this.firingAt ? due : this.firingAt + NEXT_TURN_MILLIS);
    if (this.queue.firstDue < first && this.firingAt === Number.NEGATIVE_INFINITY) this.arm(performance.now());
  }

  /** Forgets a waiter; nothing happens if it does not wait. */
  cancel(waiter: Waiter): void {
    this.queue.remove(waiter);
  }

  /** Forgets all waiters. */
  close(): void {
    this.queue.clear();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.timerDue = Number.POSITIVE_INFINITY;
  }

  private arm(now: number): void {
    const { firstDue } = this.queue;
    if (firstDue === Number.POSITIVE_INFINITY || this.isSpinning) return;
    const delay = firstDue - now;
    if (delay <= SPIN_MILLIS) {
      this.isSpinning = true;
      if (this.lastSpin !== now) {
        this.lastSpin = now;
        this.hadWork = true;
      }
      setImmediate(this.spin);
    } else if (firstDue < this.timerDue) {
      if (this.timer !== null) clearTimeout(this.timer);
      this.timerDue = firstDue;
      this.timer = setTimeout(this.onTimer, Math.min(LONGEST_TIMER_MILLIS, Math.max(1, Math.floor(delay - SPIN_MILLIS + 0.5))));
    }
  }

  private readonly onTimer = (): void => {
    this.timer = null;
    this.timerDue = Number.POSITIVE_INFINITY;
    this.fire(performance.now());
  };

  private readonly spin = (): void => {
    const now = performance.now();
    if (!this.hadWork) this.idleSpin += now - this.lastSpin;
    this.hadWork = false;
    this.isSpinning = false;
    if (this.queue.firstDue > now) this.lastSpin = now;
    this.fire(now);
  };

  private fire(now: number): void {
    this.firingAt = now;
    try {
      for (let waiter = this.queue.take(now); waiter !== null; waiter = this.queue.take(now)) {
        this.hadWork = true;
        waiter.onDue(now);
      }
    } finally {
      this.firingAt = Number.NEGATIVE_INFINITY;
      this.arm(performance.now());
    }
  }
}
