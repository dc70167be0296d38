// Whether throughput depends on who measures it: one exactly met stream on several recorders, without a network.
import { throughputStats } from '../src/metrics/throughput.ts';
import { playStream, steadyStream } from '../test/support/recorded-stream.ts';

export interface Bias {
  readonly recorders: number;
  /** Mean and minimum of the values minus the true rate, as shares of it. */
  readonly mean: number;
  readonly min: number;
}

const RATE = 2000;
const SECONDS = 20;

/** Reports come once a second, each up to a second late. */
export function measureBias(recorders: number): Bias {
  const points = playStream(steadyStream(RATE, SECONDS), recorders, 1000, (report) => (report * 617) % 1000);
  const values = points.map(({ value }) => value);
  const { mean, min } = throughputStats(values, 'ops', []);
  const share = (value: number | null): number => ((value ?? 0) - RATE) / RATE;
  return { recorders, mean: share(mean), min: share(min) };
}
