// Units of measurement as types: a number of one unit cannot be passed where another unit is expected.
declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** A span of time in seconds. */
export type Seconds = Branded<'Seconds'>;
/** A span of time in milliseconds, fractions allowed. */
export type Millis = Branded<'Millis'>;
/** A span of time in whole nanoseconds, as histograms record it. */
export type Nanos = Branded<'Nanos'>;
/** A reading of this process's monotonic clock in milliseconds. It means nothing in another process. */
export type MonoMillis = Branded<'MonoMillis'>;
/** Wall time in milliseconds since 1970. It stamps records and never measures, because it may jump. */
export type EpochMillis = Branded<'EpochMillis'>;
/** A number of bytes. */
export type Bytes = Branded<'Bytes'>;
/** A rate per second. */
export type PerSecond = Branded<'PerSecond'>;

/** Says that a number is a span in seconds. */
export const seconds = (value: number): Seconds => value as Seconds;
/** Says that a number is a span in milliseconds. */
export const millis = (value: number): Millis => value as Millis;
/** Says that a whole number is a span in nanoseconds. */
export const nanos = (value: number): Nanos => value as Nanos;
/** Says that a number is a reading of this process's monotonic clock, in milliseconds. */
export const monoMillis = (value: number): MonoMillis => value as MonoMillis;
/** Says that a number is wall time in milliseconds since 1970. */
export const epochMillis = (value: number): EpochMillis => value as EpochMillis;
/** Says that a number counts bytes. */
export const bytes = (value: number): Bytes => value as Bytes;
/** Says that a number is a rate per second. */
export const perSecond = (value: number): PerSecond => value as PerSecond;

/** The longest span that a timer can wait, 24 days. A timer for a longer one would end at once. */
export const longestWait: Seconds = seconds(2_147_483);

/** A span in seconds as milliseconds. */
export const secondsToMillis = (value: Seconds): Millis => (value * 1000) as Millis;
/** A span in milliseconds as nanoseconds, rounded to whole ones. */
export const millisToNanos = (value: Millis): Nanos => Math.round(value * 1e6) as Nanos;
/** A span in nanoseconds as milliseconds, with its fraction. */
export const nanosToMillis = (value: Nanos): Millis => (value / 1e6) as Millis;
/** The span between two readings of the monotonic clock. */
export const elapsed = (from: MonoMillis, to: MonoMillis): Millis => (to - from) as number as Millis;
/** The reading of the monotonic clock that comes `span` after `from`. */
export const later = (from: MonoMillis, span: Millis): MonoMillis => (from + span) as MonoMillis;
