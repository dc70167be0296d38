// Grants the fleet to one test run at a time, because two at once would measure each other. It uses no sockets itself.
import { type ClaimAnswer, claimLeaseMillis, type RunClaim } from '../fleet/protocol/hub-messages.ts';
import { identify, isSameProcess, type ProcessIdentity } from '../process-identity.ts';

/**
 * Which test run has the fleet. A run has to claim it again before its lease ends, and loses it when its process has
 * died.
 */
export class RunGrant {
  private readonly now: () => number;
  private held: { readonly claim: RunClaim; readonly process: ProcessIdentity; renewedAt: number } | null = null;

  /** `now`: monotonic ms. */
  constructor(now: () => number) {
    this.now = now;
  }

  /**
   * Grants the fleet to the run, or renews its lease if it has the fleet already. Otherwise the answer says who has it.
   */
  claim(claim: RunClaim): ClaimAnswer {
    const { holder } = this;
    if (holder !== null && !isSameClaim(holder, claim)) return { isGranted: false, holder };
    const process = holder === null ? identify(claim.processId) : (this.held?.process ?? identify(claim.processId));
    this.held = { claim, process, renewedAt: this.now() };
    return { isGranted: true, holder: claim };
  }

  /** Gives the fleet back; `false` = this run does not have it. */
  end(claim: RunClaim): boolean {
    const isHolder = this.held !== null && isSameClaim(this.held.claim, claim);
    if (isHolder) this.held = null;
    return isHolder;
  }

  /**
   * The test run that has the fleet; `null` = none. Takes the fleet from a run that is dead or was silent for too long.
   */
  get holder(): RunClaim | null {
    const { held } = this;
    if (held === null) return null;
    const isSilent = this.now() - held.renewedAt > claimLeaseMillis;
    // A process that cannot be seen from here, e.g. in another container, is judged by its lease alone.
    const isDead = held.process.start !== null && !isSameProcess(held.process);
    if (isSilent || isDead) this.held = null;
    return this.held?.claim ?? null;
  }

  /** Starts the lease anew, because the run could not renew it while the server was away. */
  extendLease(): void {
    if (this.held !== null) this.held.renewedAt = this.now();
  }
}

const isSameClaim = (left: RunClaim, right: RunClaim): boolean =>
  left.testRunId === right.testRunId && left.processId === right.processId;
