// How sure a share of samples is, if samples that are close to each other are alike.

/** A range in which a figure lies. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How many of the samples of a span of time have a property. */
export interface ShareBatch {
  readonly samples: number;
  readonly hits: number;
}

/** So many spans and hits are needed to trust how much spans differ. With fewer the effect is at least this. */
const TRUSTED_BATCHES = 8;
const TRUSTED_HITS = 20;
const FEW_EFFECT = 4;
/** Lengths of the spans, in spans, over which variation is looked for. */
const WIDTHS = [1, 2, 4] as const;

/** How many standard deviations an interval has to each side: it holds the figure in 99 or 99.7 of 100 cases. */
export const confidence = { usual: 2.58, early: 3 } as const;

/** The samples and hits of all batches together. */
export function totalOf(batches: readonly ShareBatch[]): ShareBatch {
  let [samples, hits] = [0, 0];
  for (const batch of batches) {
    samples += batch.samples;
    hits += batch.hits;
  }
  return { samples, hits };
}

/**
 * The range of a share after Wilson, with as many samples as would be there if they were independent: those of one span
 * meet the same queue, so a slow one seldom comes alone. How much they are alike shows in how much the spans differ.
 */
export function shareInterval(batches: readonly ShareBatch[], deviations: number): Interval {
  const { samples, hits } = totalOf(batches);
  if (samples === 0) return { low: 0, high: 1 };
  const n = samples / designEffect(batches);
  const share = hits / samples;
  const square = deviations ** 2;
  const centre = (share + square / (2 * n)) / (1 + square / n);
  const half = (deviations / (1 + square / n)) * Math.sqrt((share * (1 - share)) / n + square / (4 * n ** 2));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * How many times the variance of the share is that of independent samples. Queues remember for seconds, so the largest
 * variation over spans, pairs and fours of them counts; while there are few spans or hits, it is taken to be large.
 */
function designEffect(batches: readonly ShareBatch[]): number {
  const seen = Math.max(1, ...WIDTHS.map((width) => effectOver(merged(batches, width))));
  const isTrusted = batches.length >= TRUSTED_BATCHES && totalOf(batches).hits >= TRUSTED_HITS;
  return isTrusted ? seen : Math.max(FEW_EFFECT, seen);
}

function effectOver(batches: readonly ShareBatch[]): number {
  const { samples, hits } = totalOf(batches);
  const share = samples === 0 ? 0 : hits / samples;
  const independent = (share * (1 - share)) / samples;
  if (!(independent > 0) || batches.length < 2) return 1;
  const squares = batches.reduce((sum, batch) => sum + (batch.hits - share * batch.samples) ** 2, 0);
  return ((batches.length / (batches.length - 1)) * (squares / samples ** 2)) / independent;
}

/** Spans put together to longer ones of `width` each. */
function merged(batches: readonly ShareBatch[], width: number): readonly ShareBatch[] {
  const longer: ShareBatch[] = [];
  for (let start = 0; start < batches.length; start += width) longer.push(totalOf(batches.slice(start, start + width)));
  return longer;
}

/** The range of a mean, by how much the means of spans differ; without bounds for fewer than two spans. */
export function meanInterval(means: readonly number[], deviations: number): Interval {
  if (means.length < 2) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const squares = means.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // Few spans say little about how much spans differ, so the range grows when there are fewer.
  const caution = (means.length + 1) / (means.length - 1);
  const half = deviations * caution * Math.sqrt(squares / (means.length - 1) / means.length);
  return { low: mean - half, high: mean + half };
}
