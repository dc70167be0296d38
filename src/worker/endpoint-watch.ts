// What one load thread knows of one endpoint of the target: what went there, what failed, and since when it answers
// nobody.

import type { EndpointReport } from '../metrics/report.ts';
import type { WireFailure } from '../transport/wire.ts';

/** Counts of one endpoint over all clients of the thread. Fields are counted up by the connections and exchanges. */
export class EndpointWatch {
  requests = 0;
  failedRequests = 0;
  /** Connections that are open now. */
  openConnections = 0;
  private connections = 0;
  private connectionFailures = 0;
  /** Reading of the monotonic clock at the first failure after the last sign of life; NaN while there is none. */
  private failingSince = Number.NaN;
  /** The latest failure of an attempt to connect since then. */
  private lastFailure: WireFailure | null = null;

  /** A connection was opened: the endpoint is there, whether or not it answers. */
  opened(): void {
    this.connections++;
    this.openConnections++;
    this.answered();
  }

  /** A byte of an answer has come. On the hot path. */
  answered(): void {
    if (Number.isNaN(this.failingSince)) return;
    this.failingSince = Number.NaN;
    this.lastFailure = null;
  }

  /** A connection could not be opened, or ended before it gave an answer. */
  failed(failure: WireFailure, now: number): void {
    if (Number.isNaN(this.failingSince)) this.failingSince = now;
    if (failure.phase !== 'opening') return;
    this.connectionFailures++;
    this.lastFailure = failure;
  }

  /** Why nothing can be sent to the endpoint at present; `null` if something can, or if nobody has tried. */
  get outage(): { readonly since: number; readonly failure: WireFailure } | null {
    return this.lastFailure === null || this.openConnections > 0
      ? null
      : { since: this.failingSince, failure: this.lastFailure };
  }

  /** Everything since the last call. */
  drain(now: number): EndpointReport {
    const { outage } = this;
    const report: EndpointReport = {
      requests: this.requests,
      failedRequests: this.failedRequests,
      connections: this.connections,
      connectionFailures: this.connectionFailures,
      downMillis: outage === null ? null : now - outage.since,
      downReason: outage === null ? null : outage.failure.message,
    };
    this.requests = this.failedRequests = this.connections = this.connectionFailures = 0;
    return report;
  }
}
