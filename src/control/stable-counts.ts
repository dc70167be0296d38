// Which numbers of clients have held, for the search of a redline test.

/** The numbers of clients that held without trouble. One that fails later takes all larger ones with it. */
export class StableCounts {
  /** How often each number has held, and whether that is doubtful. */
  private held = new Map<number, { readonly times: number; readonly isDoubtful: boolean }>();

  /** The most clients that held and have not failed since, the doubtful included: where to search on. 0 = none. */
  get most(): number {
    return Math.max(0, ...this.held.keys());
  }

  /** The most clients that held without doubt and have not failed since: what to tell. 0 = none. */
  get surest(): number {
    return Math.max(0, ...[...this.held].flatMap(([count, { isDoubtful }]) => (isDoubtful ? [] : [count])));
  }

  /** So many clients held. */
  hold(clients: number): void {
    if (clients > 0) this.held.set(clients, { times: (this.held.get(clients)?.times ?? 0) + 1, isDoubtful: false });
  }

  /** So many clients failed. */
  fail(clients: number): void {
    this.held = new Map([...this.held].filter(([count]) => count < clients));
  }

  /** So many clients may have failed: a number that has held only once is in doubt until it holds again. */
  doubt(clients: number): void {
    if (this.held.get(clients)?.times === 1) this.held.set(clients, { times: 1, isDoubtful: true });
  }
}
