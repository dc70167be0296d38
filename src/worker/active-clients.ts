// Which clients of a load thread may send, while something else than the workload says how many.
import type { LoadClient } from './client.ts';

/** The clients of a thread in one step. The first so many that have not ended may send; the others are paused. */
export class ActiveClients {
  private readonly clients: readonly LoadClient[];
  private limit: number;
  private isChoosing = false;
  private mustChooseAgain = false;

  /**
   * @param clients in the order in which they may send
   * @param limit how many may send; infinite = all
   */
  constructor(clients: readonly LoadClient[], limit: number) {
    this.clients = clients;
    this.limit = limit;
  }

  /** Lets so many clients send from now on. */
  setLimit(limit: number): void {
    this.limit = limit;
    this.choose();
  }

  /** Tells that a client has ended, whose place may be taken by a paused one. */
  onEnded(): void {
    if (this.limit !== Number.POSITIVE_INFINITY) this.choose();
  }

  /** A client that is let go on may end at once, which calls this again: the outer call then goes round once more. */
  private choose(): void {
    this.mustChooseAgain = true;
    if (this.isChoosing) return;
    this.isChoosing = true;
    while (this.mustChooseAgain) {
      this.mustChooseAgain = false;
      this.chooseOnce(performance.now());
    }
    this.isChoosing = false;
  }

  private chooseOnce(now: number): void {
    let active = 0;
    for (const client of this.clients) {
      if (client.hasEnded) continue;
      client.setPaused(active >= this.limit, now);
      active++;
    }
  }
}
