// What a client asks before each request of a task: whether there is one more, when it is due, and as what it counts.
//
//   client begins      first request        ┌ warm-up ends                       end (ramp-down included)
//   │   ramp-up wait   │                    │                                    │
//   ├──────────────────●────●────●────●─────┼────●────●────●────●────●────●──────┤
//                      intended times: before the warm-up's end they are warm-up, at the end or after it none is sent
import { type Millis, millis } from '../units.ts';
import type { LoopControl, SampleType } from './loop-control.ts';
import type { RequestTimes } from './pacer.ts';

/** `request`: there is one; `wait`: none is due before the end, until which the client waits; `end`: it has ended. */
export type NextStep = 'request' | 'wait' | 'end';

/** Times in ms since the client began the task. One object per client and task; asking allocates nothing. */
export class ClientSchedule {
  /** When the request is due; NaN = as soon as it can be sent. */
  intended = Number.NaN;
  sampleType: SampleType = 'normal';
  /** Requests that were due before the end when it came, and will not be sent. */
  unsent = 0;
  private readonly control: LoopControl;
  private readonly times: RequestTimes;
  /** Ms from the beginning of the task to time 0 of its schedule. */
  private origin: Millis;

  constructor(control: LoopControl, times: RequestTimes, rampUpWait: Millis) {
    this.control = control;
    this.times = times;
    this.origin = rampUpWait;
  }

  /** When the client has to ask for its first request. */
  get begin(): Millis {
    return millis(Math.min(this.origin, this.control.end));
  }

  /** From this time on nothing is sent; infinite if the number of requests decides. */
  get end(): Millis {
    return this.control.end;
  }

  /** A promise while it cannot be said when the next request is due, `null` if {@link next} can be called. */
  ready(): Promise<void> | null {
    return this.times.ready();
  }

  /** The next request; asked when the one before has ended. */
  next(now: Millis): NextStep {
    if (this.control.isOver(now)) return this.endLate();
    const offset = this.times.next();
    this.intended = offset > 0 || this.times.isThrottled ? this.origin + offset : Number.NaN;
    const due = this.dueAt(now);
    if (this.control.isOver(due)) return 'wait';
    this.sampleType = this.control.sampleType(due);
    return 'request';
  }

  /**
   * Delays all requests that are still to come by a time in which none could be sent. The end of the task does not
   * move.
   */
  skip(span: Millis): void {
    this.origin = millis(this.origin + span);
  }

  /** Asked again for the same request if it could not be sent at once, because its data had to be read. */
  again(now: Millis): NextStep {
    if (this.control.isOver(now)) {
      if (!Number.isNaN(this.intended)) this.unsent++;
      return this.endLate();
    }
    this.sampleType = this.control.sampleType(this.dueAt(now));
    return 'request';
  }

  /** The request leaves. */
  before(now: Millis): void {
    this.times.before(millis(now - this.origin));
  }

  /** The request has ended, with this outcome; a failed one is worth nothing. Throws UnitMismatch. */
  after(weight: number, unit: string, now: Millis): void {
    this.control.advance();
    this.times.after(weight, unit, millis(now - this.origin));
  }

  /** How much of the task is done, 0..1; `null` while the end is unknown. */
  progress(now: Millis): number | null {
    return this.control.progress(now);
  }

  private dueAt(now: Millis): Millis {
    return Number.isNaN(this.intended) ? now : millis(this.intended);
  }

  /** A client that is late sends nothing after its end: a backlog would go on for as long as the target was slow. */
  private endLate(): NextStep {
    this.unsent += this.times.dueBefore(millis(this.control.end - this.origin));
    return 'end';
  }
}
