// Asks the cluster for figures. If it does not give them, the user gets a warning and the test run goes on.
import { messageOf } from '../errors.ts';

/** The part of the administration client that telemetry needs: sends one request and resolves with the answer. */
export interface StatsClient {
  request(request: StatsRequest): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** A request for figures; it changes nothing in the cluster. */
export interface StatsRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** Takes a warning for the user. */
export type Warn = (message: string) => void;

/**
 * The body of a successful answer, else `undefined` after a warning; `what` names in it what was asked for. There is no
 * warning for an HTTP status in `expected`. Never rejects.
 */
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
    if (!expected.includes(status))
      warn(`The cluster does not tell its ${what}: GET ${request.path} was answered with HTTP ${status}.`);
  } catch (error) {
    warn(`The cluster does not tell its ${what}: GET ${request.path} failed: ${messageOf(error)}`);
  }
  return undefined;
}
