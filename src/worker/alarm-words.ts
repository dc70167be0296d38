// The memory that a thread shares with the helper that wakes it: two times, and a count of how often they were set.

const SEQUENCE = 0;
const DUE = 1;
const NEXT = 2;
const WORDS = 3;
/**
 * Times are microseconds in 32 bits: their differences are right up to half an hour, and nobody waits for longer at a
 * stretch.
 */
const LONGEST_MILLIS = 1_000_000;
const CALIBRATIONS = 50;

/** Microseconds of the clock that all threads of a process share, in 32 bits that overflow. */
function sharedMicros(): number {
  const [seconds, nanos] = process.hrtime();
  return (seconds * 1e6 + nanos / 1000) | 0;
}

/**
 * What {@link sharedMicros} shows at 0 of this thread's own clock, as a plain number. The largest of several: a pause
 * between the readings only takes away.
 */
function clockOffset(): number {
  let offset = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < CALIBRATIONS; round++) {
    const [seconds, nanos] = process.hrtime();
    offset = Math.max(offset, seconds * 1e6 + nanos / 1000 - performance.now() * 1000);
  }
  return offset;
}

/** The side of the thread that wants to be woken. */
export class AlarmWords {
  readonly buffer: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly offset = clockOffset();

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
  }

  static create(): AlarmWords {
    return new AlarmWords(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  }

  /** Sets both times, readings of this thread's monotonic clock in ms. The helper sees them when it wakes up. */
  set(due: number, next: number): void {
    const latest = performance.now() + LONGEST_MILLIS;
    Atomics.store(this.words, DUE, this.micros(Math.min(due, latest)));
    Atomics.store(this.words, NEXT, this.micros(Math.min(next, latest)));
    Atomics.add(this.words, SEQUENCE, 1);
  }

  /** Wakes the helper up. */
  wake(): void {
    Atomics.notify(this.words, SEQUENCE);
  }

  private micros(millis: number): number {
    // Rounded up, so that the helper never rings early.
    return Math.ceil(millis * 1000 + this.offset) | 0;
  }
}

/** The side of the helper: sleeps until each time that was set, and calls `ring` then. Never returns. */
export function keepWatch(buffer: SharedArrayBuffer, ring: () => void): never {
  const words = new Int32Array(buffer);
  let sequence = 0;
  /** How many of the two times that were set with this sequence number are over. */
  let rung = 2;
  for (;;) {
    const current = Atomics.load(words, SEQUENCE);
    if (current !== sequence) {
      sequence = current;
      rung = 0;
    }
    if (rung === 2) {
      Atomics.wait(words, SEQUENCE, sequence);
      continue;
    }
    const left = (Atomics.load(words, rung === 0 ? DUE : NEXT) - sharedMicros()) | 0;
    // If the times were set anew meanwhile, the wait ends at once.
    if (left > 0) Atomics.wait(words, SEQUENCE, sequence, left / 1000);
    else {
      rung++;
      ring();
    }
  }
}
