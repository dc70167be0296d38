// One test run has the fleet at a time: two at once would measure each other. No sockets here.
import { type ClaimAnswer, claimLeaseMillis, type RunClaim } from '../fleet/protocol/hub-messages.ts';
import { identify, isSameProcess, type ProcessIdentity } from '../nats/process-identity.ts';

export class RunGrant {
  private readonly now: () => number;
  private held: { readonly claim: RunClaim; readonly process: ProcessIdentity; renewedAt: number } | null = null;

  /** `now`: monotonic ms. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Gives the fleet to the run, or lets it keep it; otherwise tells who has it. */
  claim(claim: RunClaim): ClaimAnswer {
    const { holder } = this;
    if (holder !== null && !isSameClaim(holder, claim)) return { isGranted: false, holder };
    const process = holder === null ? identify(claim.processId) : (this.held?.process ?? identify(claim.processId));
    this.held = { claim, process, renewedAt: this.now() };
    return { isGranted: true, holder: claim };
  }

  /** Gives the fleet back; only its holder can. */
  end(claim: RunClaim): boolean {
    const isHolder = this.held !== null && isSameClaim(this.held.claim, claim);
    if (isHolder) this.held = null;
    return isHolder;
  }

  /** Who has the fleet: neither dead nor silent for too long. */
  get holder(): RunClaim | null {
    const { held } = this;
    if (held === null) return null;
    const isSilent = this.now() - held.renewedAt > claimLeaseMillis;
    // A process that was never visible here, e.g. in another container, only has its lease.
    const isDead = held.process.start !== null && !isSameProcess(held.process);
    if (isSilent || isDead) this.held = null;
    return this.held?.claim ?? null;
  }

  /** While the server was away nobody could renew. */
  extendLease(): void {
    if (this.held !== null) this.held.renewedAt = this.now();
  }
}

const isSameClaim = (left: RunClaim, right: RunClaim): boolean => left.testRunId === right.testRunId && left.processId === right.processId;
