// Notices that this thread did not run for a while: its process was suspended, its machine slept, or others had the
// CPU.
import { uptime } from 'node:os';
import type { Standstill } from '../metrics/report.ts';

/**
 * A thread that did not look at the clock for so many ms stood still; it looks at least 20 times a second.
 * A collection of garbage takes far less, and what is shorter shows as delay of sends in the report of that second.
 */
const STANDSTILL_MILLIS = 1000;

/** The clocks that a standstill is read from, all in ms. */
export interface StandstillClocks {
  /** Wall time. */
  wall(): number;
  /** Counts on while the machine sleeps, unlike the monotonic clock on some systems. Expensive. */
  uptime(): number;
}

const systemClocks: StandstillClocks = { wall: () => Date.now(), uptime: () => uptime() * 1000 };

/** What is done about a standstill before anything else happens. */
export interface StandstillOwner {
  /**
   * Returns whether the thread may go on; if not, {@link StandstillWatch.look} says so from then on.
   * @param skipped ms by which the monotonic clock went on meanwhile: what became overdue in them was not sent
   */
  onStandstill(standstill: Standstill, skipped: number): boolean;
}

/** Compares each reading of the clock with the last one, while a step runs. */
export class StandstillWatch {
  private readonly clocks: StandstillClocks;
  private owner: StandstillOwner | null = null;
  private lastLook = 0;
  private lastWall = 0;
  /** Uptime at 0 of the monotonic clock: it only changes while the machine sleeps. */
  private uptimeOrigin = 0;
  private mayGoOn = true;

  constructor(clocks: StandstillClocks = systemClocks) {
    this.clocks = clocks;
  }

  /** Watches from `start` on, a reading of the monotonic clock in ms; `now` is the present one. */
  begin(start: number, now: number, owner: StandstillOwner): void {
    this.owner = owner;
    this.lastLook = start;
    this.lastWall = this.clocks.wall() - (now - start);
    this.uptimeOrigin = this.clocks.uptime() - now;
  }

  end(): void {
    this.owner = null;
  }

  /**
   * Called with a reading of the monotonic clock before anything is measured or sent by it: tells the owner of a
   * standstill that has just ended. Returns whether anything may be sent.
   */
  look(now: number): boolean {
    if (this.owner === null) return this.mayGoOn;
    const skipped = now - this.lastLook;
    const wall = this.clocks.wall();
    const from = this.lastWall;
    this.lastLook = now;
    this.lastWall = wall;
    if (skipped > STANDSTILL_MILLIS) this.tell({ from: wall - skipped, to: wall }, skipped);
    else if (wall - from - skipped > STANDSTILL_MILLIS && this.hasSlept(now))
      this.tell({ from, to: wall }, Math.max(0, skipped));
    return this.mayGoOn;
  }

  private tell(standstill: Standstill, skipped: number): void {
    this.mayGoOn &&= this.owner?.onStandstill(standstill, skipped) !== false;
  }

  /** A wall clock may also be set: then the machine has not been up for longer than this thread thinks. */
  private hasSlept(now: number): boolean {
    const origin = this.clocks.uptime() - now;
    const slept = origin - this.uptimeOrigin;
    this.uptimeOrigin = origin;
    return slept > STANDSTILL_MILLIS;
  }
}
