// The exchanges of one client: one for each request that it may have under way at the same time, kept over the whole
// run.
import type { ClientContext } from './client-connections.ts';
import { Exchange } from './exchange.ts';

/** Lends exchanges, and makes as many as are lent at the same time. */
export class ClientExchanges {
  private readonly context: ClientContext;
  private readonly repeatsStale: boolean;
  private readonly all: Exchange[] = [];
  /** Those that nobody uses; the one that came back last is used next, so that no more are used than needed. */
  private readonly idle: Exchange[] = [];

  constructor(context: ClientContext, repeatsStale: boolean) {
    this.context = context;
    this.repeatsStale = repeatsStale;
  }

  /** Opens the connections of so many exchanges, those that are open included. */
  async open(count: number): Promise<void> {
    while (this.all.length < count) this.idle.push(this.add());
    await Promise.all(this.all.slice(0, count).map((exchange) => exchange.open()));
  }

  /** An exchange that nobody else uses; a new one, whose connections are opened on demand, if there is none. */
  borrow(): Exchange {
    return this.idle.pop() ?? this.add();
  }

  /** The request of the exchange has ended. */
  giveBack(exchange: Exchange): void {
    this.idle.push(exchange);
  }

  /** Replaces idle connections that their servers are about to close. */
  refresh(now: number): void {
    for (const exchange of this.all) exchange.refresh(now);
  }

  /** Ends all connections for good. */
  close(): void {
    for (const exchange of this.all) exchange.close();
  }

  private add(): Exchange {
    const exchange = new Exchange(this.context, this.repeatsStale);
    this.all.push(exchange);
    return exchange;
  }
}
