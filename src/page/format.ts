// Numbers, times and durations in the text of a page.
import { formatCount } from '../report/number-format.ts';

/** A measured value with four significant digits; whole thousands are grouped. */
export function valueText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  return Math.abs(value) >= 1000 ? formatCount(value) : String(Number(value.toPrecision(4)));
}

/** A share as per cent. */
export const shareText = (share: number): string =>
  `${share === 0 ? '0' : share < 0.0001 ? '< 0.01' : String(Number((100 * share).toPrecision(3)))} %`;

/** A time in ms since 1970 as `2026-11-27 23:47:03 UTC`. */
export const momentText = (millis: number): string =>
  `${new Date(millis).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** A duration in ms as `1 h 2 min`, `3 min 20 s` or `8.2 s`. */
export function durationText(millis: number): string {
  const seconds = millis / 1000;
  if (seconds < 60) return `${Number(seconds.toPrecision(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
