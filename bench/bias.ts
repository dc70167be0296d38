// Whether throughput depends on who measures it: plays a stream of an exact rate to several recorders, without a
// network.
import { throughputStats } from '../src/metrics/throughput.ts';
import { playStream, steadyStream } from '../test/support/recorded-stream.ts';

/** How far measured throughput is from the true rate. */
export interface Bias {
  readonly recorders: number;
  /** The mean of the values minus the true rate, as a share of the true rate. */
  readonly mean: number;
  /** The same for the smallest value. */
  readonly min: number;
}

const RATE = 2000;
const SECONDS = 20;

/** Measures with so many recorders, whose reports come once a second and up to a second late. */
export function measureBias(recorders: number): Bias {
  const points = playStream(steadyStream(RATE, SECONDS), recorders, 1000, (report) => (report * 617) % 1000);
  const values = points.map(({ value }) => value);
  const { mean, min } = throughputStats(values, 'ops', []);
  const share = (value: number | null): number => ((value ?? 0) - RATE) / RATE;
  return { recorders, mean: share(mean), min: share(min) };
}
