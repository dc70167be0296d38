// Parameters that the user gave and the workload never reads are an error: most are typing mistakes.
import { BenchmarkError } from '../errors.ts';
import { closestMatch } from './closest-match.ts';

/** Throws `WORKLOAD_PARAMS_UNUSED`, listing the unused, what they may have meant, all given and all known. */
export function rejectUnusedParameters(given: readonly string[], known: ReadonlySet<string>, file: string): void {
  const unused = given.filter((name) => !known.has(name)).sort();
  if (unused.length === 0) return;
  const all = [...known].sort();
  const lines = unused.map((name) => {
    const match = closestMatch(name, all);
    return `- ${name}${match === null ? '' : ` (close to: ${match})`}`;
  });
  const message = [
    `Unused workload parameters ${JSON.stringify(unused)}: nothing in ${file} reads them.`,
    ...lines,
    `Given: ${[...given].sort().join(', ')}`,
    `Known: ${all.length === 0 ? 'none' : all.join(', ')}`,
  ].join('\n');
  throw new BenchmarkError('WORKLOAD_PARAMS_UNUSED', message, {
    hint: 'Correct the names given with --workload-params, or leave them out.',
  });
}
