// Two sides of one or several test runs each, figure by figure: what differs, and whether chance alone explains it.
import { type Figure, figureLabel, figureText, figureUnit, figureValue, isMoreBetter } from '../metrics/figure.ts';
import { clusterRows } from '../report/cluster-rows.ts';
import { adjusted, type Estimate, estimateOfRuns, welch } from './estimate.ts';
import { Pool } from './pooled.ts';
import { commonTasks, courseOf, type RunData, taskOf } from './run-data.ts';
import { WithinRun } from './within-run.ts';

/** A difference is called significant if its adjusted probability is below this. */
export const significanceLevel = 0.05;

/** What the uncertainty of a row was taken from: the spread between repeated runs, or that within single ones. */
export type Basis = 'runs' | 'within runs';

/** How sure a difference is. */
export interface Significance {
  readonly basis: Basis;
  /** The interval of 95 % in which the true difference lies, in per cent of the baseline; `null` if that is 0. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Probability that chance alone makes such a difference. */
  readonly p: number;
  /** The same after the adjustment for the number of rows that were looked at. */
  readonly adjustedP: number;
  readonly isSignificant: boolean;
}

/** One figure of both sides. */
export interface ComparisonRow {
  /** As the summary calls it. */
  readonly metric: string;
  /** Empty for figures of the cluster. */
  readonly task: string;
  /** `null` for figures of the cluster. */
  readonly figure: Figure | null;
  readonly unit: string;
  readonly baseline: number;
  readonly contender: number;
  /** Contender minus baseline. */
  readonly difference: number;
  /** The difference in per cent of the baseline; 0 if both are 0, `null` if only the baseline is. */
  readonly percent: number | null;
  readonly isMoreBetter: boolean;
  /** `null` where nothing is known of the spread: extremes, figures of the cluster of single runs. */
  readonly significance: Significance | null;
}

/** The outcome of a comparison. */
export interface Comparison {
  readonly baseline: readonly RunData[];
  readonly contender: readonly RunData[];
  readonly rows: readonly ComparisonRow[];
  /** Reasons to doubt the comparison, for people. */
  readonly warnings: readonly string[];
}

/** What is compared of each task. */
export interface ComparisonOptions {
  /** Percentiles of the times that are compared; those that neither side has are left out. */
  readonly percentiles: readonly number[];
  /** Whether rows of processing time are made. */
  readonly showsProcessingTime: boolean;
  /** Figures that get a row even if they have none otherwise. */
  readonly alsoFigures: readonly Figure[];
}

type Candidate = Omit<ComparisonRow, 'significance' | 'percent' | 'difference'> & {
  readonly estimates: { readonly basis: Basis; readonly baseline: Estimate; readonly contender: Estimate } | null;
};

/**
 * Compares two sides; each has at least one run. Rows come in the order of the summary, tasks in that of the baseline.
 */
export function compareRuns(
  baseline: readonly RunData[],
  contender: readonly RunData[],
  options: ComparisonOptions,
): Comparison {
  const pool = new Pool();
  const withinRun = new WithinRun();
  const tasks = commonTasks([...baseline, ...contender]);
  const candidates = [
    ...clusterCandidates(baseline, contender),
    ...tasks.flatMap((task) => taskCandidates({ baseline, contender, task, pool, withinRun }, options)),
  ];
  return { baseline, contender, rows: rowsOf(candidates), warnings: doubts(baseline, contender, tasks) };
}

function rowsOf(candidates: readonly Candidate[]): readonly ComparisonRow[] {
  const differences = candidates.map(({ estimates }) =>
    estimates === null ? null : welch(estimates.baseline, estimates.contender),
  );
  const known = differences.flatMap((difference) => difference ?? []);
  const probabilities = new Map(adjusted(known.map(({ p }) => p)).map((p, index) => [known[index], p]));
  return candidates.map(({ estimates, ...row }, index) => {
    const difference = differences[index] ?? null;
    const percentOf = (value: number): number => (100 * value) / Math.abs(row.baseline);
    const adjustedP = difference === null ? 1 : (probabilities.get(difference) ?? 1);
    return {
      ...row,
      difference: row.contender - row.baseline,
      percent: row.baseline === 0 ? (row.contender === 0 ? 0 : null) : percentOf(row.contender - row.baseline),
      significance:
        difference === null || estimates === null
          ? null
          : {
              basis: estimates.basis,
              interval:
                row.baseline === 0 ? null : { low: percentOf(difference.low), high: percentOf(difference.high) },
              p: difference.p,
              adjustedP,
              isSignificant: adjustedP < significanceLevel,
            },
    };
  });
}

function clusterCandidates(baseline: readonly RunData[], contender: readonly RunData[]): readonly Candidate[] {
  const [left, right] = [baseline, contender].map((side) => side.map(({ results }) => clusterRows(results.cluster)));
  return (left?.[0] ?? []).flatMap(({ metric, unit }, index): readonly Candidate[] => {
    const values = [left, right].map((side) => (side ?? []).flatMap((rows) => rows[index]?.value?.number ?? []));
    const [before = [], after = []] = values;
    if (before.length < baseline.length || after.length < contender.length) return [];
    return [
      {
        // OpenSearch Benchmark writes the singular in comparisons, and scripts look for it.
        metric: metric.replace('across primary shards', 'across primary shard'),
        task: '',
        figure: null,
        unit,
        baseline: mean(before),
        contender: mean(after),
        isMoreBetter: false,
        estimates: betweenRuns(before, after),
      },
    ];
  });
}

interface TaskSides {
  readonly baseline: readonly RunData[];
  readonly contender: readonly RunData[];
  readonly task: string;
  readonly pool: Pool;
  readonly withinRun: WithinRun;
}

function taskCandidates(sides: TaskSides, options: ComparisonOptions): readonly Candidate[] {
  const { baseline, contender, task, pool } = sides;
  const figures = figuresOf(options);
  const estimates = [baseline, contender].map((side) => estimatesOf(side, sides, figures));
  return figures.flatMap((figure, index): readonly Candidate[] => {
    const before = pool.value(baseline, task, figure);
    const after = pool.value(contender, task, figure);
    const [first] = contender;
    const results = first === undefined ? null : taskOf(first, task);
    if (before === null || after === null || results === null) return [];
    const [left, right] = estimates.map((side) => side[index] ?? null);
    const isRepeated = baseline.length > 1 && contender.length > 1;
    return [
      {
        metric: figureLabel(figure),
        task,
        figure,
        unit: figureUnit(figure, results),
        baseline: before,
        contender: after,
        isMoreBetter: isMoreBetter(figure),
        estimates:
          left && right ? { basis: isRepeated ? 'runs' : 'within runs', baseline: left, contender: right } : null,
      },
    ];
  });
}

/** The figures of a task in the order of the summary. */
function figuresOf({ percentiles, showsProcessingTime, alsoFigures }: ComparisonOptions): readonly Figure[] {
  const times = showsProcessingTime
    ? (['latency', 'service time', 'processing time'] as const)
    : (['latency', 'service time'] as const);
  const usual: readonly Figure[] = [
    ...(['min', 'mean', 'median', 'max'] as const).map((statistic): Figure => ({ kind: 'throughput', statistic })),
    ...times.flatMap((time) =>
      percentiles.map((percentile): Figure => ({ kind: 'time', time, statistic: { kind: 'percentile', percentile } })),
    ),
    { kind: 'error rate' },
  ];
  return [...new Map([...usual, ...alsoFigures].map((figure) => [figureText(figure), figure])).values()];
}

/** Estimates of the figures of one side: from the spread between its runs, or within the only one. */
function estimatesOf(
  side: readonly RunData[],
  { task, withinRun, pool }: TaskSides,
  figures: readonly Figure[],
): readonly (Estimate | null)[] {
  const [only] = side;
  if (side.length > 1) {
    return figures.map((figure) => {
      const values = side.flatMap((run) => pool.value([run], task, figure) ?? []);
      return values.length < side.length ? null : estimateOfRuns(values);
    });
  }
  const course = only === undefined ? null : courseOf(only, task);
  const results = only === undefined ? null : taskOf(only, task);
  if (course === null || results === null) return figures.map(() => null);
  return withinRun.estimates(course, figures).map((estimate, index) => {
    const figure = figures[index];
    const value = figure === undefined ? null : figureValue(figure, results);
    if (estimate === null || value === null) return null;
    // The value of the results is that of the table; throughput is calculated otherwise there, so its error is scaled.
    const scale = figure?.kind === 'throughput' && estimate.value > 0 ? value / estimate.value : 1;
    return { ...estimate, value, standardError: estimate.standardError * scale };
  });
}

function betweenRuns(before: readonly number[], after: readonly number[]): Candidate['estimates'] {
  const [baseline, contender] = [estimateOfRuns(before), estimateOfRuns(after)];
  return baseline === null || contender === null ? null : { basis: 'runs', baseline, contender };
}

/** Reasons why the two sides may not be comparable. */
function doubts(
  baseline: readonly RunData[],
  contender: readonly RunData[],
  tasks: readonly string[],
): readonly string[] {
  const all = [...baseline, ...contender];
  const differs = (what: string, of: (run: RunData) => string): readonly string[] => {
    const values = [...new Set(all.map(of))];
    return values.length < 2 ? [] : [`The test runs differ in their ${what}: ${values.join(', ')}.`];
  };
  const partial = all.filter(({ results }) => results.isPartial).map(({ run }) => run.id);
  const missing = new Set(all.flatMap(({ results }) => results.tasks.map(({ task }) => task)));
  for (const task of tasks) missing.delete(task);
  return [
    ...differs('workload', ({ run }) => run.workload),
    ...differs('test procedure', ({ run }) => run.testProcedure),
    ...(partial.length === 0 ? [] : [`Cut short, so that figures are missing: ${partial.join(', ')}.`]),
    ...(missing.size === 0 ? [] : [`Not in all of the test runs, and left out: ${[...missing].join(', ')}.`]),
  ];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
