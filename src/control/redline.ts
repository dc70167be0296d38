// Looks for the number of clients that a cluster bears: adds clients while nothing fails, takes some away when
// something does, waits, and comes back more carefully.
//
//   scaling-up ── clients were added ──▶ neutral ── nothing failed ──▶ scaling-up ─▶ …
//                                          │ error
//                                          ▼
//                        sleeping ── time is over ──▶ neutral ─▶ …
import { type Millis, millis, secondsToMillis } from '../units.ts';
import type { RedlineSettings } from './redline-settings.ts';
import { StableCounts } from './stable-counts.ts';

/** What a redline test is about to do: add clients, see whether they are borne, or let the cluster recover. */
export type RedlineState = 'scaling-up' | 'neutral' | 'sleeping';

/** What has happened since the last look. */
export interface RedlineReading {
  /** Time since the start of the step. */
  readonly now: Millis;
  /** Why the active clients are too many; `null` if they are not. */
  readonly trouble: string | null;
  /** How many clients can be active: those that have not ended. */
  readonly left: number;
}

/** A number of active clients from a moment on. */
export interface RedlineChange {
  /** Since the start of the step. */
  readonly at: Millis;
  readonly active: number;
  /** Why there are fewer than before; `null` if there are more. */
  readonly trouble: string | null;
}

/** Time between two looks. */
export const redlineTick: Millis = millis(1000);
/** At its ceiling the test tries more clients once in so many turns, in case the cluster bears more by now. */
const TURNS_PER_PROBE = 10;

/**
 * The state of a redline test. It is looked after once per {@link redlineTick}, and has no clock of its own.
 *
 * The ceiling is the least number of clients that failed. It is tried once more, because the first failure may have
 * been a coincidence; each further failure halves the way between it and the most clients that held.
 */
export class RedlineController {
  private readonly settings: Pick<RedlineSettings, 'maxClients' | 'scaleStep' | 'scaleDown' | 'sleep'>;
  private readonly stable = new StableCounts();
  private current: RedlineState = 'scaling-up';
  private activeClients = 0;
  private limit: number;
  private lastTrouble = Number.NEGATIVE_INFINITY;
  /** When clients were last added, and how many were active before. */
  private lastRise = { at: Number.NEGATIVE_INFINITY, from: 0 };
  private turnsAtCeiling = 0;
  /** How many clients the next try beyond the ceiling adds. */
  private probe = 1;

  constructor(settings: Pick<RedlineSettings, 'maxClients' | 'scaleStep' | 'scaleDown' | 'sleep'>) {
    this.settings = settings;
    this.limit = settings.maxClients;
  }

  /** What it is about to do. */
  get state(): RedlineState {
    return this.current;
  }

  /** How many clients shall be active. */
  get active(): number {
    return this.activeClients;
  }

  /** Up to how many clients it adds without hesitation. */
  get ceiling(): number {
    return this.limit;
  }

  /** The most clients that held without trouble, and have not failed since; 0 = none yet. */
  get maxStable(): number {
    return this.stable.surest;
  }

  /** Takes what has happened; returns the change that it leads to, `null` if there is none. */
  tick({ now, trouble, left }: RedlineReading): RedlineChange | null {
    const before = this.activeClients;
    this.activeClients = Math.min(before, left);
    if (this.current === 'sleeping') this.wake(now);
    else if (trouble !== null && this.activeClients > 0) this.scaleDown(now);
    else if (this.current === 'neutral') this.hold();
    else this.scaleUp(now, left);
    if (this.activeClients === before) return null;
    return { at: now, active: this.activeClients, trouble: this.activeClients < before ? trouble : null };
  }

  /** Trouble while the test sleeps is that of the clients that are paused by now, and does not count. */
  private wake(now: Millis): void {
    if (now - this.lastTrouble >= secondsToMillis(this.settings.sleep)) this.current = 'neutral';
  }

  private scaleDown(now: Millis): void {
    const failed = this.activeClients;
    // What is reported so soon may be what the clients before the rise have met.
    if (now - this.lastRise.at < 1.5 * redlineTick) this.stable.doubt(this.lastRise.from);
    this.stable.fail(failed);
    if (failed < this.limit) this.limit = failed;
    else if (failed === this.limit && this.lastTrouble > Number.NEGATIVE_INFINITY)
      this.limit = Math.max(1, Math.floor((this.stable.most + failed) / 2));
    this.lastTrouble = now;
    this.turnsAtCeiling = 0;
    this.probe = 1;
    this.activeClients -= Math.min(failed, Math.ceil(failed * this.settings.scaleDown));
    this.current = 'sleeping';
  }

  private hold(): void {
    this.stable.hold(this.activeClients);
    if (this.activeClients > this.limit) {
      this.limit = this.activeClients;
      this.probe = Math.min(2 * this.probe, this.settings.scaleStep);
    }
    this.current = 'scaling-up';
  }

  private scaleUp(now: Millis, left: number): void {
    const before = this.activeClients;
    const room = Math.min(this.settings.scaleStep, this.limit - this.activeClients);
    if (room <= 0) this.turnsAtCeiling++;
    const isProbe = room <= 0 && this.turnsAtCeiling % TURNS_PER_PROBE === 0;
    const added = room > 0 ? room : isProbe ? this.probe : 0;
    this.activeClients = Math.min(this.activeClients + added, this.settings.maxClients, left);
    if (this.activeClients > before) this.lastRise = { at: now, from: before };
    this.current = 'neutral';
  }
}
