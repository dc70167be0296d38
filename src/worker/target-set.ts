// The targets of a load thread, each with the watch over it: the cluster, and what is spoken to in other ways.
import { BenchmarkError } from '../errors.ts';
import type { EndpointReport } from '../metrics/report.ts';
import type { Transport } from '../transport/transport.ts';
import type { ClientContext, Dialler } from './client-connections.ts';
import { ClientExchanges } from './client-exchanges.ts';
import type { ClientRun } from './client-run.ts';
import { TargetWatch } from './target-watch.ts';

/** All targets of a thread. They are told apart by their position; the cluster is the first. */
export class TargetSet {
  private readonly diallers: readonly Dialler[];
  /** The connections of each client to each target. */
  private readonly exchanges = new Map<number, readonly ClientExchanges[]>();

  /** @param endsOnDeadEndpoint see {@link TargetWatch} */
  constructor(transports: readonly Transport[], endsOnDeadEndpoint: boolean, onFatal: (error: BenchmarkError) => void) {
    this.diallers = transports.map((transport) => ({
      watch: new TargetWatch(transport, endsOnDeadEndpoint, onFatal),
      connect: (endpoint, owner) => transport.connect(endpoint, owner),
    }));
  }

  /** The connections of a new client. Clients begin with different endpoints, so that they spread over them. */
  addClient(
    id: number,
    own: Pick<ClientContext, 'timeline' | 'random'>,
    repeatsStale: boolean,
  ): readonly ClientExchanges[] {
    const exchanges = this.diallers.map((dialler) => {
      const turn = { next: id % dialler.watch.endpoints.length };
      return new ClientExchanges({ ...own, dialler, turn }, repeatsStale);
    });
    this.exchanges.set(id, exchanges);
    return exchanges;
  }

  /** The connections of a client to one target. */
  exchangesOf(client: number, target: number): ClientExchanges {
    const exchanges = this.exchanges.get(client)?.[target];
    if (exchanges === undefined) throw new BenchmarkError('INTERNAL', `Client ${client} has no target ${target}.`);
    return exchanges;
  }

  /** Opens the connections of one client to those targets that its runs go to. */
  async openConnections(runs: readonly Pick<ClientRun, 'target' | 'exchanges' | 'concurrency'>[]): Promise<void> {
    const needs = new Map<ClientExchanges, { readonly target: number; readonly concurrency: number }>();
    for (const { exchanges, target, concurrency } of runs)
      needs.set(exchanges, { target, concurrency: Math.max(concurrency, needs.get(exchanges)?.concurrency ?? 1) });
    await Promise.all(
      [...needs].map(async ([exchanges, { target, concurrency }]) => {
        await exchanges.open(concurrency);
        this.diallers[target]?.watch.madeProgress();
      }),
    );
  }

  /** There is an endpoint that nothing can be sent to at present. */
  get hasOutage(): boolean {
    return this.diallers.some(({ watch }) => watch.hasOutage);
  }

  /** Connections are opened, and no request waits yet. */
  beginOpening(): void {
    for (const { watch } of this.diallers) watch.beginOpening();
  }

  /** All clients can begin. */
  endOpening(): void {
    for (const { watch } of this.diallers) watch.endOpening();
  }

  /** To be called every now and then. `isAwaited` says of which targets a connection is waited for by a request. */
  check(isAwaited: readonly boolean[]): void {
    this.diallers.forEach(({ watch }, target) => {
      watch.check(isAwaited[target] === true);
    });
  }

  /** What happened at each endpoint since the last call: those of the cluster, then those of the other targets. */
  drain(): readonly EndpointReport[] {
    return this.diallers.flatMap(({ watch }) => watch.drain());
  }
}
