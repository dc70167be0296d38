// Chooses the rates of a search for the highest one that holds: doubles it until it fails, then halves the way between.

/** Whether a rate held, and whether its samples say so clearly. */
export interface RateVerdict {
  readonly rate: number;
  readonly holds: boolean;
  readonly isClear: boolean;
}

/** The two ends of a search. */
export interface RateBounds {
  /** The highest rate that held, clearly or not; `null` = none did. */
  readonly rate: number | null;
  /** Below the highest rate that held clearly, and did not fail later; `null` = none did. */
  readonly low: number | null;
  /** Above the lowest rate that failed clearly; `null` = none did. */
  readonly high: number | null;
}

/** The search is over when the failing rate is so many times the one that held. */
const PRECISION = 1.05;
/** Rates that are closer than the precision are not told apart, so the interval is half of it wider on both sides. */
const MARGIN = Math.sqrt(PRECISION);
/** How often, and by how much more each second time, clear verdicts are looked for beyond the result. */
const WIDENINGS = 6;
const WIDENING = 1.1;
/** Clear verdicts that are so many times the result apart from it say little. */
const FAR = 1.3;
/** A rate below this is not tried: the cluster bears nothing. */
const LEAST_RATE = 0.1;

/** Remembers what was tried. A later verdict beats earlier ones that contradict it. */
export class RateSearch {
  private readonly start: number;
  private readonly most: number;
  private verdicts: readonly RateVerdict[] = [];
  private isConfirmed = false;
  private failures = 0;
  private widenings = 0;

  /**
   * @param start the first rate
   * @param most the highest rate that is tried
   */
  constructor(start: number, most: number) {
    this.start = Math.min(start, most);
    this.most = most;
  }

  /** The next rate; `null` when the search is over. */
  next(): number | null {
    const held = this.highestHeld();
    const failed = this.lowestFailed();
    if (held === null && failed === null) return this.start;
    if (failed !== null && this.isDoubtful(failed)) return Math.min(2 * failed.rate, this.most);
    if (held === null) return (failed?.rate ?? 0) / 2 < LEAST_RATE ? null : (failed?.rate ?? 0) / 2;
    if (failed === null) return held.rate >= this.most ? this.confirmed(held) : Math.min(2 * held.rate, this.most);
    return failed.rate <= held.rate * PRECISION ? this.confirmed(held) : Math.sqrt(held.rate * failed.rate);
  }

  /** Takes what became of a rate. */
  take(verdict: RateVerdict): void {
    this.failures += verdict.holds ? 0 : 1;
    const stay = ({ rate, holds }: RateVerdict): boolean =>
      holds === verdict.holds ? rate !== verdict.rate : holds ? rate < verdict.rate : rate > verdict.rate;
    this.verdicts = [...this.verdicts.filter(stay), verdict];
  }

  /** Whether no rate has failed yet, so that it is still doubled. */
  get isGrowing(): boolean {
    return this.lowestFailed() === null;
  }

  /** What is known. */
  get bounds(): RateBounds {
    const clear = this.verdicts.filter(({ isClear }) => isClear);
    return {
      rate: this.highestHeld()?.rate ?? null,
      low: greatest(clear.filter(({ holds }) => holds).map(({ rate }) => rate / MARGIN)),
      high: least(clear.filter(({ holds }) => !holds).map(({ rate }) => rate * MARGIN)),
    };
  }

  /**
   * Before the search ends, a rate that did not hold clearly is tried once more. Then clear verdicts are looked for
   * further up and further down, so that the true rate lies between two of them.
   */
  private confirmed(held: RateVerdict): number | null {
    if (!held.isClear && !this.isConfirmed) {
      this.isConfirmed = true;
      return held.rate;
    }
    const { low, high } = this.bounds;
    if (this.widenings >= WIDENINGS) return null;
    const factor = WIDENING ** (1 + Math.floor(this.widenings / 2));
    const isHighFar = high === null || high > held.rate * FAR;
    if (isHighFar && held.rate < this.most) return this.widened(Math.min(this.most, held.rate * PRECISION * factor));
    const isLowFar = low === null || low * FAR < held.rate;
    return isLowFar ? this.widened(held.rate / factor) : null;
  }

  private widened(rate: number): number {
    this.widenings++;
    return rate;
  }

  /**
   * The first failure ends the doubling only if it is clear: a level while the rate still grows is short, and something
   * else may have disturbed it. If the next rate holds, the failure is forgotten.
   */
  private isDoubtful({ rate, isClear }: RateVerdict): boolean {
    return this.failures === 1 && !isClear && rate < this.most;
  }

  private highestHeld(): RateVerdict | null {
    const held = this.verdicts.filter(({ holds }) => holds);
    return held.reduce<RateVerdict | null>((best, one) => (best === null || one.rate > best.rate ? one : best), null);
  }

  private lowestFailed(): RateVerdict | null {
    const failed = this.verdicts.filter(({ holds }) => !holds);
    return failed.reduce<RateVerdict | null>((best, one) => (best === null || one.rate < best.rate ? one : best), null);
  }
}

const greatest = (rates: readonly number[]): number | null => (rates.length === 0 ? null : Math.max(...rates));
const least = (rates: readonly number[]): number | null => (rates.length === 0 ? null : Math.min(...rates));
