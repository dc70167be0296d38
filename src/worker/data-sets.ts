// Looks into the data sets of vectors that the tasks of a run use, and checks that they have what the tasks need,
// before any load is made.
import { BenchmarkError, messageOf, type Problem } from '../errors.ts';
import type { OperationSpec, WorkloadFacts } from '../operation/operation.ts';
import { operationCatalog, operationType } from '../operation/registry.ts';
import type { DataSetFile, DataSetShape } from '../vectors/data-set.ts';
import { VectorReader } from '../vectors/vector-reader.ts';
import { hasOtherSource } from '../workload/unsupported-features.ts';

/** A task whose data sets are looked at. */
export interface DataSetTask {
  readonly name: string;
  readonly clients: number;
  readonly operation: OperationSpec;
}

/**
 * What is in the data sets of the tasks. Throws `CORPUS` if files cannot be read, `WORKLOAD_INVALID` if they lack
 * what a task needs. The error holds all problems.
 */
export async function describeDataSets(
  all: readonly DataSetTask[],
  workload: WorkloadFacts,
): Promise<readonly DataSetShape[]> {
  // Another source makes the requests of such a task, and knows what it needs.
  const tasks = all.filter(({ operation }) => !hasOtherSource(operation, operationCatalog));
  const files = new Map<string, DataSetFile>();
  for (const { operation } of tasks) {
    const wanted = operationType(operation.type)?.dataSets?.(operation, workload) ?? [];
    for (const file of wanted) files.set(`${file.format} ${file.path}`, file);
  }
  if (files.size === 0) return [];
  const dataSets = await describeAll([...files.values()]);
  const facts = { ...workload, dataSets };
  const problems = tasks.flatMap((task) => problemsOf(task, facts));
  if (problems.length === 0) return dataSets;
  throw new BenchmarkError('WORKLOAD_INVALID', 'The data sets of vectors do not have what the tasks need.', {
    problems,
  });
}

function problemsOf({ name, clients, operation }: DataSetTask, facts: WorkloadFacts): readonly Problem[] {
  const problems = operationType(operation.type)?.checkData?.(operation, facts, clients) ?? [];
  return problems.map((problem) => ({ ...problem, message: `Task "${name}": ${problem.message}` }));
}

/** Reads the heads of all files, and reports all that cannot be read. */
async function describeAll(files: readonly DataSetFile[]): Promise<readonly DataSetShape[]> {
  const reader = new VectorReader();
  const failures: unknown[] = [];
  try {
    const shapes = await Promise.all(
      files.map((file) =>
        reader.describe(file).catch((error: unknown) => {
          failures.push(error);
          return null;
        }),
      ),
    );
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw severalFailures(failures);
    return shapes.filter((shape) => shape !== null);
  } finally {
    await reader.close();
  }
}

function severalFailures(failures: readonly unknown[]): BenchmarkError {
  return new BenchmarkError('CORPUS', `${failures.length} data sets of vectors cannot be read.`, {
    problems: failures.map((failure) => ({
      message: messageOf(failure),
      hint: failure instanceof BenchmarkError ? failure.hint : undefined,
    })),
  });
}
