// The texts by which a failed command explains itself.
import { BenchmarkError, causeMessages, formatProblem } from '../../errors.ts';

const mostProblems = 50;

/** The text behind `[ERROR]`: message, problems one per line, causes one tab deeper each, and what to do. */
export function failureText(verb: string, error: unknown): string {
  const known = error instanceof BenchmarkError ? error : null;
  const [message = '', ...causes] = causeMessages(error);
  // A single problem may be the message itself.
  const problems = (known?.problems ?? []).filter((problem) => formatProblem(problem) !== message);
  const lines = [`❌ Cannot ${verb}. ${known === null ? sentence(message) : message}`];
  for (const problem of problems.slice(0, mostProblems)) lines.push(`  - ${formatProblem(problem)}`);
  if (problems.length > mostProblems) lines.push(`  … and ${problems.length - mostProblems} more`);
  causes.forEach((cause, depth) => {
    lines.push(`${'\t'.repeat(depth + 1)}${cause}`);
  });
  if (known?.hint !== undefined && !problems.some(({ hint }) => hint === known.hint))
    lines.push(`What to do: ${known.hint}`);
  return lines.join('\n');
}

/** Where to look next; follows every failure. */
export function furtherHelp(heading: (text: string) => string, logDirectory: string, error: unknown): string {
  const title = 'Getting further help:';
  const code = error instanceof BenchmarkError ? error.code : 'INTERNAL';
  return [
    '',
    heading(title),
    '*'.repeat(title.length),
    `* Check the log files in ${logDirectory} for details.`,
    `* Look up the error code ${code} in docs/errors.md of this package.`,
    '* Read the documentation at https://docs.opensearch.org/latest/benchmark/.',
    '* Ask in the forum at https://forum.opensearch.org/c/performance/.',
  ].join('\n');
}

const sentence = (message: string): string => (/[.!?]$/.test(message) ? message : `${message}.`);
