// What it costs to record a time, and to encode and merge a histogram. Run: node dist/bench/histogram.js
import { Histogram } from '../src/metrics/histogram.ts';

const ROUNDS = 9;
const RECORDS = 2_000_000;

/** Log-normal times around `median` ns. The sequence is always the same, so that runs can be compared. */
function times(count: number, median: number): Float64Array {
  let seed = 42;
  const uniform = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed + 1) / 2 ** 32;
  };
  return Float64Array.from({ length: count }, () =>
    Math.round(median * Math.exp(0.8 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()))),
  );
}

/** The CPU time of `work` in ns per unit: the median over several rounds. */
function measure(units: number, work: () => void): number {
  const figures: number[] = [];
  work();
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const used = process.cpuUsage(before);
    figures.push(((used.user + used.system) * 1000) / units);
  }
  return figures.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

function report(name: string, nanos: number): void {
  process.stdout.write(
    `${name.padEnd(52)}${nanos >= 10_000 ? `${(nanos / 1000).toFixed(1)} us` : `${nanos.toFixed(1)} ns`}\n`,
  );
}

for (const [name, median] of [
  ['1 ms', 1e6],
  ['50 ms', 5e7],
  ['5 s (beyond 32 bits)', 5e9],
] as const) {
  const values = times(4096, median);
  const histogram = new Histogram();
  const nanos = measure(RECORDS, () => {
    for (let index = 0; index < RECORDS; index++) histogram.record(values[index & 4095] ?? 0);
  });
  report(`record, around ${name}`, nanos);
}

for (const samples of [100, 1000, 10_000]) {
  const histogram = new Histogram();
  for (const value of times(samples, 5e6)) histogram.record(value);
  const payload = histogram.encode();
  const merged = new Histogram();
  const repeats = 2000;
  const encode = measure(repeats, () => {
    for (let index = 0; index < repeats; index++) histogram.encode();
  });
  report(`encode ${samples} samples (${payload.length} bytes)`, encode);
  const add = measure(repeats, () => {
    for (let index = 0; index < repeats; index++) merged.addEncoded(payload);
  });
  report(`merge a payload of ${samples} samples`, add);
}
