// Prints 32-bit floats as JSON numbers: the fewest digits that give the same float when they are read again, as a
// float or as a double that is then rounded. This is where most of the CPU time of indexing vectors goes, so it works
// with doubles and tables, not with texts.
//
// The neighbours of a float x are so far away that each decimal within half of that distance reads as x. So x is
// scaled to nine digits before the point, as `scaled`, and half of the distance with it, as `margin`: 6 at least and
// 60 at most. The nearest multiple of 100 (seven digits), of 10 (eight digits), or of 1 (nine) within the margin is
// printed; often some of its last digits are zeros and are cut off.
//
//   0.57780486 = 577804863.4 / 1e9, margin 29.8:  577804900 is too far away, 577804860 is near enough
//
// Scaling is exact to 1e-7 of these units. What comes nearer to a margin than UNSURE goes the slow way, by texts.

/** How many bytes printing a float may write: up to 22 that count, and some behind them. */
export const maxFloatBytes = 24;

const UNSURE = 1e-4;
const NINE_DIGITS = 1e9;
const MINUS = 0x2d;
const POINT = 0x2e;
/** The characters `.0000000`, as two numbers of four bytes. */
const POINT_000 = 0x3030302e;
const ZEROS = 0x30303030;
/** Exponents of the floats from 2^-20 to 2^17, as the float has them. Others are rare and go the slow way. */
const LEAST_EXPONENT = 107;
const ONE_EXPONENT = 127;
const BEYOND_EXPONENT = 144;
const MANTISSA = 0x7f_ffff;

/** The three digits of 0 to 999 as bytes of one number, the first digit lowest. */
const triples = Uint32Array.from(
  { length: 1000 },
  (_, value) => digit(value / 100) | (digit(value / 10) << 8) | (digit(value) << 16),
);
/** 10^0 to 10^9. */
const powers = Float64Array.from({ length: 10 }, (_, exponent) => Number(`1e${exponent}`));
/** By the exponent of a float: the power of ten at which floats of this exponent get another digit before the point. */
const limits = new Float64Array(256);
// By twice the exponent, plus 1 if the limit is reached:
const scales = new Float64Array(512);
const margins = new Float64Array(512);
/** The exponent of the first decimal digit: -1 for 0.5, 0 for 5. */
const decimalExponents = new Int32Array(512);

function digit(value: number): number {
  return 0x30 + (Math.floor(value) % 10);
}

for (let exponent = LEAST_EXPONENT; exponent < BEYOND_EXPONENT; exponent++) {
  const least = 2 ** (exponent - ONE_EXPONENT);
  const decimal = Math.floor(Math.log10(least));
  limits[exponent] = Number(`1e${decimal + 1}`);
  for (const step of [0, 1]) {
    const scale = Number(`1e${8 - decimal - step}`);
    scales[2 * exponent + step] = scale;
    margins[2 * exponent + step] = (least * scale) / 2 ** 24 - UNSURE;
    decimalExponents[2 * exponent + step] = decimal + step;
  }
}

/**
 * Prints a float at `at`, and returns where it ends; -1 if it is no finite number. There must be room for
 * {@link maxFloatBytes}, which may all be written. `bits` are those of the float as an integer.
 */
export function printFloat(view: DataView, at: number, float: number, bits: number): number {
  const exponent = (bits >>> 23) & 0xff;
  const value = Math.abs(float);
  if (exponent >= ONE_EXPONENT && value < 1000 && value === (value | 0)) return printSmall(view, at, value, bits);
  // The neighbours of a power of two are not equally far away.
  if (exponent < LEAST_EXPONENT || exponent >= BEYOND_EXPONENT || (bits & MANTISSA) === 0)
    return printSlowly(view, at, float);
  const row = 2 * exponent + (value >= (limits[exponent] ?? 0) ? 1 : 0);
  const scaled = value * (scales[row] ?? 0);
  const margin = margins[row] ?? 0;
  let length = 8;
  let digits = ((scaled * 0.1 + 0.5) | 0) * 10;
  const seven = ((scaled * 0.01 + 0.5) | 0) * 100;
  const away = Math.abs(scaled - seven);
  if (away < margin) {
    length = 7;
    digits = seven;
    for (let zeros = 3; zeros < 9; zeros++) {
      const step = powers[zeros] ?? 1;
      const shorter = ((scaled / step + 0.5) | 0) * step;
      if (Math.abs(scaled - shorter) >= margin) break;
      length--;
      digits = shorter;
    }
  } else if (Math.abs(scaled - digits) >= margin) {
    length = 9;
    digits = (scaled + 0.5) | 0;
  }
  if (digits >= NINE_DIGITS || Math.abs(away - margin) < 2 * UNSURE) return printSlowly(view, at, float);
  view.setUint8(at, MINUS);
  const start = at + (bits >>> 31);
  const first = decimalExponents[row] ?? 0;
  if (first < 0) {
    view.setUint8(start, 0x30);
    view.setUint32(start + 1, POINT_000, true);
    view.setUint32(start + 5, ZEROS, true);
    return printDigits(view, start + 1 - first, digits, length);
  }
  return printMixed(view, start, value, digits, first, length);
}

/** Prints nine digits, of which `length` count. */
function printDigits(view: DataView, at: number, digits: number, length: number): number {
  const millions = (digits * 0.000001 + 0.0000001) | 0;
  const rest = digits - millions * 1_000_000;
  const thousands = (rest * 0.001 + 0.0001) | 0;
  view.setUint32(at, triples[millions] ?? 0, true);
  view.setUint32(at + 3, triples[thousands] ?? 0, true);
  view.setUint32(at + 6, triples[rest - thousands * 1000] ?? 0, true);
  return at + length;
}

/** Prints a number of at least 1 with `first + 1` digits before the point. */
function printMixed(view: DataView, at: number, value: number, digits: number, first: number, length: number): number {
  const whole = value | 0;
  const behind = length - first - 1;
  if (behind <= 0) return printText(view, at, String(value));
  let next = at;
  if (whole < 10) view.setUint8(next++, 0x30 + whole);
  else next = printText(view, at, String(whole));
  view.setUint8(next, POINT);
  const fraction = digits - whole * (powers[8 - first] ?? 1);
  return printDigits(view, next + 1, fraction * (powers[first + 1] ?? 1), behind);
}

/** Prints a whole number from 1 to 999. */
function printSmall(view: DataView, at: number, value: number, bits: number): number {
  view.setUint8(at, MINUS);
  const start = at + (bits >>> 31);
  const length = value < 10 ? 1 : value < 100 ? 2 : 3;
  view.setUint32(start, (triples[value] ?? 0) >>> (8 * (3 - length)), true);
  return start + length;
}

function printSlowly(view: DataView, at: number, float: number): number {
  return Number.isFinite(float) ? printText(view, at, shortestText(float)) : -1;
}

/** A nearness to the middle between two floats at which reading as a double and rounding might give the other one. */
const DOUBT = 2 ** -50;

/** The fewest digits that read as this float, found by trying. */
export function shortestText(float: number): string {
  for (let precision = 1; precision < 9; precision++) {
    const double = Number(float.toPrecision(precision));
    const isSafe = Math.fround(double * (1 + DOUBT)) === float && Math.fround(double * (1 - DOUBT)) === float;
    if (isSafe) return String(double);
  }
  return String(Number(float.toPrecision(9)));
}

/** Writes a text of ASCII characters, and returns where it ends. */
export function printText(view: DataView, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) view.setUint8(at + index, text.charCodeAt(index));
  return at + text.length;
}
