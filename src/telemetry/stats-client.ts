// Asks the cluster for figures; what it does not give costs a warning, never the test run.
import { messageOf } from '../errors.ts';

/** The part of the administration client that telemetry needs. */
export interface StatsClient {
  request(request: StatsRequest): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A request that only reads. */
export interface StatsRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** Takes a warning for people. */
export type Warn = (message: string) => void;

/** The body of a successful answer; `undefined` after a warning that names `what` was asked for. Statuses of `expected` are no news. */
export async function fetchStats(
  client: StatsClient,
  request: Omit<StatsRequest, 'method'>,
  what: string,
  warn: Warn,
  expected: readonly number[] = [],
): Promise<unknown> {
  try {
    const { status, body } = await client.request({ method: 'GET', ...request });
    if (status >= 200 && status < 300) return body;
    if (!expected.includes(status)) warn(`The cluster does not tell its ${what}: GET ${request.path} was answered with HTTP ${status}.`);
  } catch (error) {
    warn(`The cluster does not tell its ${what}: GET ${request.path} failed: ${messageOf(error)}`);
  }
  return undefined;
}
