// The last lines of a command, which say whether it worked and how long it took.

/** How a command ended. */
export type Ending = 'success' | 'failure' | 'cancelled';

const words: Readonly<Record<Ending, string>> = {
  success: '✅ SUCCESS',
  failure: '❌ FAILURE',
  cancelled: '❌ CANCELLED',
};

const statusText = (ending: Ending, seconds: number): string =>
  `${words[ending]} (took ${Math.round(seconds)} seconds)`;

/** The line between two rules that are as long as its text. */
export function finalLines(ending: Ending, seconds: number): string {
  const text = `[INFO] ${statusText(ending, seconds)}`;
  const rule = '-'.repeat(text.length);
  return ['', rule, text, rule].join('\n');
}

/** What is appended to a results file that is not CSV. */
export const trailingStatus = (ending: Ending, seconds: number): string => `\n ${statusText(ending, seconds)}\n`;
