// Units of measurement as types: a number with a unit cannot be passed where another unit is due.
declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** A span of time in seconds. */
export type Seconds = Branded<'Seconds'>;
/** A span of time in milliseconds, fractions allowed. */
export type Millis = Branded<'Millis'>;
/** A span of time in whole nanoseconds: what histograms record. */
export type Nanos = Branded<'Nanos'>;
/** A reading of this process's monotonic clock in milliseconds. Never leaves the process. */
export type MonoMillis = Branded<'MonoMillis'>;
/** Wall time in milliseconds since 1970. Only stamps records, never measures. */
export type EpochMillis = Branded<'EpochMillis'>;
/** A number of bytes. */
export type Bytes = Branded<'Bytes'>;
/** A rate per second. */
export type PerSecond = Branded<'PerSecond'>;

export const seconds = (value: number): Seconds => value as Seconds;
export const millis = (value: number): Millis => value as Millis;
export const nanos = (value: number): Nanos => value as Nanos;
export const monoMillis = (value: number): MonoMillis => value as MonoMillis;
export const epochMillis = (value: number): EpochMillis => value as EpochMillis;
export const bytes = (value: number): Bytes => value as Bytes;
export const perSecond = (value: number): PerSecond => value as PerSecond;

export const secondsToMillis = (value: Seconds): Millis => (value * 1000) as Millis;
export const millisToNanos = (value: Millis): Nanos => Math.round(value * 1e6) as Nanos;
export const nanosToMillis = (value: Nanos): Millis => (value / 1e6) as Millis;
/** The span between two readings of the monotonic clock. */
export const elapsed = (from: MonoMillis, to: MonoMillis): Millis => (to - from) as number as Millis;
/** The reading of the monotonic clock a span after another. */
export const later = (from: MonoMillis, span: Millis): MonoMillis => (from + span) as MonoMillis;
