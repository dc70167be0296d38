// The two clocks of the project: one that measures, one that stamps. They are passed as values, so that tests can pass
// a manual one.
import { type EpochMillis, epochMillis, type MonoMillis, monoMillis } from './units.ts';

/** Reads the time. The program passes {@link systemClock}; tests pass a manual clock. */
export interface Clock {
  /** Monotonic, for measuring. Readings are only comparable within this process and thread. */
  now(): MonoMillis;
  /** Wall time, for stamping records. */
  wall(): EpochMillis;
}

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => monoMillis(performance.now()),
  wall: () => epochMillis(Date.now()),
};
