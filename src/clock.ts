// The two clocks of the project, as values, so that tests can pass a manual one.
import { type EpochMillis, epochMillis, type MonoMillis, monoMillis } from './units.ts';

export interface Clock {
  /** Monotonic, for measuring. Readings are only comparable within this process and thread. */
  now(): MonoMillis;
  /** Wall time, for stamping records. */
  wall(): EpochMillis;
}

export const systemClock: Clock = {
  now: () => monoMillis(performance.now()),
  wall: () => epochMillis(Date.now()),
};
