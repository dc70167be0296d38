// What happened at each host of the target over all workers: how many requests went there, what failed, and when it
// answered nobody.
import type { Protocol } from '../transport/transport.ts';
import { type EpochMillis, epochMillis } from '../units.ts';
import type { EndpointReport, WorkerReport } from './report.ts';

/** A time in which nothing could be sent to a host, as one machine of the load saw it. */
export interface Outage {
  readonly since: EpochMillis;
  /** When it answered again; `null` if it did not until the end of the run. */
  readonly until: EpochMillis | null;
  /** How long it is known to have lasted, in seconds: if it has no end, until the last report that told of it. */
  readonly seconds: number;
  /** The machine that could not reach it; `null` if there is only one. */
  readonly node: string | null;
  /** Why the attempt to connect failed that was the last one when the outage was first told. */
  readonly reason: string;
}

/** Which host of which target: those of one protocol share the requests. */
export interface EndpointName {
  /** `host:port`; for Kafka a list of such. */
  readonly endpoint: string;
  readonly protocol: Protocol;
}

/** One host of the target over a run. A host that is listed twice is one. */
export interface EndpointResults extends EndpointName {
  /** Requests sent to it, and the failed ones among them. */
  readonly requests: number;
  readonly errors: number;
  /** Connections that were opened, and attempts that failed. */
  readonly connections: number;
  readonly connectionFailures: number;
  /** The first 100, in the order in which they were reported. */
  readonly outages: readonly Outage[];
}

/** Tells that an outage of a host has begun or, if it has `until`, ended. */
export interface EndpointChange extends EndpointName {
  readonly outage: Outage;
}

/** How many outages of one host are kept for the results. */
const MAX_OUTAGES = 100;

interface OpenOutage {
  since: EpochMillis;
  until: EpochMillis | null;
  lastSeen: EpochMillis;
  node: string | null;
  reason: string;
  /** The workers of the machine that cannot reach the host. */
  readonly workers: Set<number>;
}

interface EndpointSums extends EndpointName {
  requests: number;
  errors: number;
  connections: number;
  connectionFailures: number;
  readonly outages: OpenOutage[];
  /** The outages that go on, by the machine that sees them. */
  readonly open: Map<string | null, OpenOutage>;
}

/** Sums up the reports of all workers by host. */
export class EndpointFigures {
  /** The name of each endpoint by which its sums are found. */
  private readonly hosts: readonly string[];
  private readonly sums: ReadonlyMap<string, EndpointSums>;

  /** @param hosts each endpoint, in the order in which reports tell of them */
  constructor(hosts: readonly EndpointName[]) {
    const keyOf = ({ endpoint, protocol }: EndpointName): string => `${protocol} ${endpoint}`;
    this.hosts = hosts.map(keyOf);
    this.sums = new Map(
      hosts.map(({ endpoint, protocol }) => [
        keyOf({ endpoint, protocol }),
        {
          endpoint,
          protocol,
          requests: 0,
          errors: 0,
          connections: 0,
          connectionFailures: 0,
          outages: [],
          open: new Map(),
        },
      ]),
    );
  }

  /**
   * Adds a report that arrived at `now`; `node` names its machine if there are several. Returns what began or ended
   * with it.
   */
  add(report: WorkerReport, node: string | null, now: EpochMillis): readonly EndpointChange[] {
    return report.endpoints.flatMap((figures, index) => {
      const sums = this.sums.get(this.hosts[index] ?? '');
      if (sums === undefined) return [];
      sums.requests += figures.requests;
      sums.errors += figures.failedRequests;
      sums.connections += figures.connections;
      sums.connectionFailures += figures.connectionFailures;
      const changed = this.followOutage(sums, figures, report.worker, node, now);
      return changed === null ? [] : [{ endpoint: sums.endpoint, protocol: sums.protocol, outage: changed }];
    });
  }

  /** The hosts in the order of the target. */
  results(): readonly EndpointResults[] {
    return [...this.sums.values()].map(({ open: _, ...sums }) => ({ ...sums, outages: sums.outages.map(describe) }));
  }

  private followOutage(
    sums: EndpointSums,
    figures: EndpointReport,
    worker: number,
    node: string | null,
    now: EpochMillis,
  ): Outage | null {
    const open = sums.open.get(node);
    if (figures.downMillis !== null) {
      if (open !== undefined) {
        open.workers.add(worker);
        open.lastSeen = now;
        return null;
      }
      const since = epochMillis(now - figures.downMillis);
      const begun = {
        since,
        until: null,
        lastSeen: now,
        node,
        reason: figures.downReason ?? '',
        workers: new Set([worker]),
      };
      sums.open.set(node, begun);
      if (sums.outages.length < MAX_OUTAGES) sums.outages.push(begun);
      return describe(begun);
    }
    if (open === undefined || !open.workers.delete(worker) || open.workers.size > 0) return null;
    open.until = now;
    sums.open.delete(node);
    return describe(open);
  }
}

function describe({ since, until, lastSeen, node, reason }: OpenOutage): Outage {
  return { since, until, seconds: ((until ?? lastSeen) - since) / 1000, node, reason };
}
