// Which test procedure of a workload runs.
import { BenchmarkError, exitCodes } from '../errors.ts';
import { didYouMean } from './closest-match.ts';
import type { TestProcedure, Workload } from './model.ts';

/** The named procedure, else the default one. Throws `USAGE` (exit code 64) with the known names. */
export function selectProcedure(workload: Workload, name: string | null): TestProcedure {
  const names = workload.testProcedures.map((procedure) => procedure.name);
  const found = workload.testProcedures.find((procedure) =>
    name === null ? procedure.isDefault : procedure.name === name,
  );
  if (found !== undefined) return found;
  throw new BenchmarkError(
    'USAGE',
    `Workload [${workload.name}] has no test procedure [${name ?? 'default'}]. It has: ${names.join(', ')}.`,
    {
      exitCode: exitCodes.failure,
      hint: name === null ? undefined : didYouMean(name, names),
    },
  );
}
