// Which numbers of clients have held, for the search of a redline test.

/** The numbers of clients that held without trouble. One that fails later takes all larger ones with it. */
export class StableCounts {
  /** Ascending, each once. */
  private counts: number[] = [];

  /** The most clients that held and have not failed since; 0 = none. */
  get most(): number {
    return this.counts.at(-1) ?? 0;
  }

  /** So many clients held. */
  hold(clients: number): void {
    if (clients <= 0 || this.counts.includes(clients)) return;
    this.counts = [...this.counts, clients].sort((left, right) => left - right);
  }

  /** So many clients failed. */
  fail(clients: number): void {
    this.counts = this.counts.filter((count) => count < clients);
  }
}
