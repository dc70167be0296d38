// Numbers and times as charts show them.

/** A number with at most four digits and a letter for thousands, millions and billions: `12.3k`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)}G`;
  if (size >= 1e6) return `${digits(value / 1e6)}M`;
  if (size >= 1e4) return `${digits(value / 1e3)}k`;
  return digits(value);
}

const digits = (value: number): string => String(Number(value.toPrecision(4)));

/** Seconds since the start of the run as `1:02:03`, or with a fraction if they are few. */
export function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const fraction = seconds === whole ? '' : (seconds - whole).toFixed(1).slice(1);
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${fraction}`;
}
