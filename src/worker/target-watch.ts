// Whether the target answers at all, as one load thread sees it: ends the run when requests have failed for too long.
import { BenchmarkError } from '../errors.ts';
import type { EndpointReport } from '../metrics/report.ts';
import { sentence } from '../transport/network-failure.ts';
import type { Transport } from '../transport/transport.ts';
import type { WireFailure } from '../transport/wire.ts';
import { EndpointWatch } from './endpoint-watch.ts';

/**
 * Requests that find no connection, or that are lost unanswered, for so long without any answer meanwhile end the
 * run.
 */
const PATIENCE_MILLIS = 10_000;

/** Gathers what happens at all endpoints of the target, and says when the run cannot go on. */
export class TargetWatch {
  readonly endpoints: readonly EndpointWatch[];
  private readonly hint: string;
  private readonly endsOnDeadEndpoint: boolean;
  private readonly now: () => number;
  private readonly onFatal: (error: BenchmarkError) => void;
  /** When the first request suffered after the last answer; NaN while none has. */
  private sufferingSince = Number.NaN;
  private lastFailure: WireFailure | null = null;
  /**
   * While connections are opened before a step: the last progress, or the first failure after it; NaN before any
   * failure.
   */
  private stuckSince = Number.NaN;
  private isOpening = false;

  /**
   * @param endsOnDeadEndpoint `--on-error=abort`: one endpoint that nothing can be sent to ends the run
   * @param now reads the monotonic clock, in ms
   */
  constructor(
    { endpoints, hint }: Pick<Transport, 'endpoints' | 'hint'>,
    endsOnDeadEndpoint: boolean,
    onFatal: (error: BenchmarkError) => void,
    now = () => performance.now(),
  ) {
    this.now = now;
    this.endpoints = Array.from({ length: endpoints }, () => new EndpointWatch());
    this.hint = hint;
    this.endsOnDeadEndpoint = endsOnDeadEndpoint;
    this.onFatal = onFatal;
  }

  /** Connections are opened, and no request waits yet. */
  beginOpening(): void {
    this.isOpening = true;
    this.stuckSince = Number.NaN;
  }

  /** One more client can begin. */
  madeProgress(): void {
    this.stuckSince = Number.NaN;
  }

  /** All clients can begin. */
  endOpening(): void {
    this.isOpening = false;
  }

  /** A byte of an answer has come. On the hot path. */
  answered(endpoint: EndpointWatch): void {
    this.sufferingSince = Number.NaN;
    endpoint.answered();
  }

  /**
   * A connection could not be opened, or ended before it gave an answer; a request may or may not have waited for it.
   */
  connectionFailed(endpoint: EndpointWatch, failure: WireFailure): void {
    const now = this.now();
    endpoint.failed(failure, now);
    this.lastFailure = failure;
    if (this.isOpening && Number.isNaN(this.stuckSince)) this.stuckSince = now;
    if (failure.kind === 'tls') this.onFatal(new BenchmarkError('TLS', failure.message));
  }

  /** A request has failed because no connection could be opened, or was lost before a byte of its answer came. */
  requestSuffered(): void {
    const now = this.now();
    if (Number.isNaN(this.sufferingSince)) this.sufferingSince = now;
    else if (now - this.sufferingSince > PATIENCE_MILLIS) this.giveUp('answered no request');
  }

  /** To be called every now and then. `isAwaited`: a request waits for a connection. */
  check(isAwaited: boolean): void {
    const now = this.now();
    if (this.isOpening && now - this.stuckSince > PATIENCE_MILLIS) this.giveUp('accepted no connection');
    else if (isAwaited && now - this.sufferingSince > PATIENCE_MILLIS) this.giveUp('answered no request');
    else if (this.endsOnDeadEndpoint) this.endOnDeadEndpoint();
  }

  /** There is an endpoint that nothing can be sent to at present. */
  get hasOutage(): boolean {
    return this.endpoints.some(({ outage }) => outage !== null);
  }

  /** What happened at each endpoint since the last call. */
  drain(): readonly EndpointReport[] {
    const now = this.now();
    return this.endpoints.map((endpoint) => endpoint.drain(now));
  }

  private endOnDeadEndpoint(): void {
    const outage = this.endpoints.find((endpoint) => endpoint.outage !== null)?.outage ?? null;
    if (outage === null) return;
    this.onFatal(
      new BenchmarkError('TARGET_UNREACHABLE', sentence(outage.failure.message), {
        hint: 'The test ends with the first host that cannot be reached because of --on-error=abort.',
      }),
    );
  }

  private giveUp(what: string): void {
    const reason = this.lastFailure === null ? 'nothing came back' : this.lastFailure.message;
    this.onFatal(
      new BenchmarkError(
        'TARGET_UNREACHABLE',
        `The target has ${what} for ${PATIENCE_MILLIS / 1000} s: ${sentence(reason)}`,
        { hint: this.hint },
      ),
    );
  }
}
