// Calls clients when their time has come.
import { type Alarm, type MakeAlarm, timerAlarm } from './alarm.ts';
import { DueQueue } from './due-queue.ts';
import { StandstillWatch } from './standstill.ts';

/** Something that waits for a time: for one time at most. */
export interface Waiter {
  /** The time has come; `now` is a reading of the monotonic clock in ms that is not before it. */
  onDue(now: number): void;
}

/**
 * What is waited for from within a call, for a time that has passed, comes this many ms after the time of the call:
 * in the next turn.
 */
const NEXT_TURN_MILLIS = 1e-6;
/**
 * The event loop goes round without sleeping for at most so many ms before a due time: to fall asleep and to be woken
 * would take longer.
 */
const LONGEST_SPIN_MILLIS = 0.1;
/** The share of alarms that ring in less time than they are set ahead; the loop spins after those only. */
const EARLY_SHARE = 0.25;
/** By how many ms one alarm may change how far they are set ahead. */
const LEAD_STEP_MILLIS = 0.002;

/** Calls waiters when they are due. No allocation per wait beyond those of its alarm. */
export class Timeline {
  /** Looks at each time by which something is sent or measured. */
  readonly standstill = new StandstillWatch();
  private readonly queue = new DueQueue<Waiter>();
  private readonly alarm: Alarm;
  /** An alarm is set so many ms ahead of the due time: most of the time that it has been taking to ring. */
  private lead = 0;
  /** What the alarm was set to; infinite if it has rung. */
  private alarmDue = Number.POSITIVE_INFINITY;
  private isSpinning = false;
  private lastSpin = 0;
  /** While waiters are called: whoever waits for a time up to here waits for the next turn. */
  private firingAt = Number.NEGATIVE_INFINITY;
  /** Milliseconds spent polling without anything to do. */
  idleSpin = 0;
  /** Set by whoever did real work in this turn of the event loop, so that it does not count as idle polling. */
  hadWork = false;

  constructor(makeAlarm: MakeAlarm = timerAlarm) {
    this.alarm = makeAlarm(() => this.onAlarm());
  }

  /**
   * Calls `waiter.onDue` at `due`, a reading of the monotonic clock in ms, or in the next turn of the event loop
   * if that has passed. A waiter that waits already waits for the new time instead.
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

  /** All who wait do so for `span` ms longer. */
  shift(span: number): void {
    this.queue.shift(span);
  }

  /** Forgets all waiters, for good. */
  close(): void {
    this.queue.clear();
    this.alarm.close();
  }

  private arm(now: number): void {
    const { firstDue, secondDue } = this.queue;
    if (firstDue === Number.POSITIVE_INFINITY || this.isSpinning) return;
    if (firstDue - now <= Math.max(this.lead, NEXT_TURN_MILLIS)) {
      this.isSpinning = true;
      if (this.lastSpin !== now) {
        this.lastSpin = now;
        this.hadWork = true;
      }
      setImmediate(this.spin);
    } else {
      this.alarmDue = firstDue - this.lead;
      this.alarm.set(this.alarmDue, secondDue - this.lead);
    }
  }

  private onAlarm(): void {
    const now = performance.now();
    if (now >= this.alarmDue) {
      const isLater = now - this.alarmDue > this.lead;
      this.lead += LEAD_STEP_MILLIS * (isLater ? EARLY_SHARE : EARLY_SHARE - 1);
      this.lead = Math.min(LONGEST_SPIN_MILLIS, Math.max(0, this.lead));
      this.alarmDue = Number.POSITIVE_INFINITY;
    }
    this.fire(now);
  }

  private readonly spin = (): void => {
    const now = performance.now();
    if (!this.hadWork) this.idleSpin += now - this.lastSpin;
    this.hadWork = false;
    this.isSpinning = false;
    if (this.queue.firstDue > now) this.lastSpin = now;
    this.fire(now);
  };

  private fire(now: number): void {
    this.standstill.look(now);
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
