// What it costs to send on time: CPU of the whole driver at a given rate, beside the cost of the requests themselves,
// and how late they leave.
import type { DriverOrder, StepFigures } from './driver.ts';
import { Driver, median, withTarget } from './processes.ts';

/** What one rate cost. */
export interface PacingFigures {
  readonly rate: number;
  /** CPU of the process, its helper threads included, as a share of one core. */
  readonly share: number;
  /** The same without what so many requests cost a client that sends each as soon as the last is answered. */
  readonly shareOfWaiting: number;
  /**
   * 99th percentile in ms of actual minus intended send in the worst second of a round; of the best round, for what
   * other programs add is not ours.
   */
  readonly lag: number;
}

export const pacingRates = [100, 1000, 5000] as const;

/**
 * The cost of requests is measured with one client, which has a turn of the event loop for each request, as a paced one
 * has.
 */
export async function measurePacing(
  order: (port: number, clients: number, change: Partial<DriverOrder>) => DriverOrder,
): Promise<readonly PacingFigures[]> {
  return withTarget([], async (port) => {
    const base = await rounds(order(port, 1, { seconds: 2, steps: 4 }));
    const microsPerRequest = median(base.map(({ cpuMicros, requests }) => cpuMicros / requests));
    const figures: PacingFigures[] = [];
    for (const rate of pacingRates) {
      const paced = await rounds(order(port, 16, { seconds: 3, steps: 4, targetThroughput: rate }));
      const share = median(paced.map(({ cpuMicros, wallMillis }) => cpuMicros / (wallMillis * 1000)));
      const ownShare = median(
        paced.map((one) => (one.cpuMicros - one.requests * microsPerRequest) / (one.wallMillis * 1000)),
      );
      figures.push({
        rate,
        share,
        shareOfWaiting: Math.max(0, ownShare),
        lag: Math.min(...paced.map(({ sendLagP99 }) => sendLagP99 ?? Number.NaN)),
      });
    }
    return figures;
  });
}

/** The first step is a warm-up and does not count. */
async function rounds(order: DriverOrder): Promise<readonly StepFigures[]> {
  const driver = await Driver.start(order);
  const figures: StepFigures[] = [];
  for (let step = 0; step < order.steps; step++) figures.push(await driver.step());
  driver.end();
  return figures.slice(1);
}
