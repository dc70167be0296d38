// Calls clients when their time has come, to within microseconds where timers only keep milliseconds.

/** Something that waits for a time. */
export interface Waiter {
  /** In ms of the monotonic clock; only the timeline's owner may read it while waiting. */
  due: number;
  onDue(now: number): void;
}

/**
 * A timer may be late by more than a millisecond, so the last stretch before a due time is spent polling: the event loop goes round without
 * sleeping, and answers are read all the while.
 */
const SPIN_MILLIS = 2;

/** Waiters in a binary heap by due time; no allocation per wait beyond Node's own timers. */
export class Timeline {
  private readonly heap: Waiter[] = [];
  private timer: NodeJS.Timeout | null = null;
  private timerDue = Number.POSITIVE_INFINITY;
  private isSpinning = false;
  private lastSpin = 0;
  /** Milliseconds spent polling without anything to do. */
  idleSpin = 0;
  /** Set by whoever did real work in this turn of the event loop, so that it does not count as idle polling. */
  hadWork = false;

  /** Calls `waiter.onDue` at `due`, or in the next turn of the event loop if that has passed. A waiter waits once at a time. */
  wait(waiter: Waiter, due: number): void {
    waiter.due = due;
    this.push(waiter);
    if (this.heap[0] === waiter) this.arm(performance.now());
  }

  /** Forgets a waiter. */
  cancel(waiter: Waiter): void {
    const position = this.heap.indexOf(waiter);
    if (position < 0) return;
    const last = this.heap.pop();
    if (last !== undefined && last !== waiter) {
      this.heap[position] = last;
      this.siftDown(position);
      this.siftUp(position);
    }
  }

  close(): void {
    this.heap.length = 0;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.timerDue = Number.POSITIVE_INFINITY;
  }

  private arm(now: number): void {
    const first = this.heap[0];
    if (first === undefined || this.isSpinning) return;
    const delay = first.due - now;
    if (delay <= SPIN_MILLIS) {
      this.isSpinning = true;
      if (this.lastSpin !== now) {
        this.lastSpin = now;
        this.hadWork = true;
      }
      setImmediate(this.spin);
    } else if (first.due < this.timerDue) {
      if (this.timer !== null) clearTimeout(this.timer);
      this.timerDue = first.due;
      this.timer = setTimeout(this.onTimer, Math.max(1, Math.floor(delay - SPIN_MILLIS + 0.5)));
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
    const first = this.heap[0];
    if (first !== undefined && first.due > now) this.lastSpin = now;
    this.fire(now);
  };

  private fire(now: number): void {
    for (let first = this.heap[0]; first !== undefined && first.due <= now; first = this.heap[0]) {
      this.pop();
      this.hadWork = true;
      first.onDue(now);
      now = performance.now();
    }
    this.arm(now);
  }

  private push(waiter: Waiter): void {
    this.heap.push(waiter);
    this.siftUp(this.heap.length - 1);
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.siftDown(0);
  }

  private siftUp(from: number): void {
    const { heap } = this;
    const waiter = heap[from];
    if (waiter === undefined) return;
    let position = from;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = heap[parentPosition];
      if (parent === undefined || parent.due <= waiter.due) break;
      heap[position] = parent;
      position = parentPosition;
    }
    heap[position] = waiter;
  }

  private siftDown(from: number): void {
    const { heap } = this;
    const waiter = heap[from];
    if (waiter === undefined) return;
    let position = from;
    for (;;) {
      let childPosition = 2 * position + 1;
      let child = heap[childPosition];
      if (child === undefined) break;
      const right = heap[childPosition + 1];
      if (right !== undefined && right.due < child.due) {
        child = right;
        childPosition++;
      }
      if (child.due >= waiter.due) break;
      heap[position] = child;
      position = childPosition;
    }
    heap[position] = waiter;
  }
}
