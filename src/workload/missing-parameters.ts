// Parameters that a workload wants and nobody gave: often the cause of what is wrong with the rendered document.
import type { Problem } from '../errors.ts';

/** A place at which a template printed a parameter that has no value. */
export interface MissingParameter {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

const MAX_NAMED = 10;

/** The problems, each with the parameter that is missing on its line as a hint. */
export function explainProblems(
  problems: readonly Problem[],
  missing: readonly MissingParameter[],
): readonly Problem[] {
  return problems.map((problem) => {
    const names = missing.filter((parameter) => standsAt(parameter, problem)).map(({ name }) => name);
    return names.length === 0 || problem.hint !== undefined
      ? problem
      : { ...problem, hint: `${lackOf(names)} not given` };
  });
}

/** What to do about the missing parameters that explain problems; `undefined` if there are none. */
export function parameterHint(problems: readonly Problem[], missing: readonly MissingParameter[]): string | undefined {
  const causes = missing.filter((parameter) => problems.some((problem) => standsAt(parameter, problem)));
  const [first] = causes;
  if (first === undefined) return undefined;
  return `${lackOf(causes.map(({ name }) => name))} not given: --workload-params=${first.name}:VALUE`;
}

/** The hint for a template that fails on a variable without a value; `undefined` for other failures. */
export function undefinedHint(message: string, parameters: ReadonlySet<string>): string | undefined {
  const name = /'(\w+)' is undefined/.exec(message)?.[1];
  return name === undefined || !parameters.has(name)
    ? undefined
    : `Give the parameter: --workload-params=${name}:VALUE`;
}

/**
 * Whether a parameter is missing where a problem is. A gap that makes the text no valid JSON is noticed only behind it,
 * which may be on the next line.
 */
function standsAt(parameter: MissingParameter, { file, line, path }: Problem): boolean {
  if (file !== parameter.file || line === undefined) return false;
  return line === parameter.line || (path === undefined && line === parameter.line + 1);
}

function lackOf(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const more = unique.length > MAX_NAMED ? ` and ${unique.length - MAX_NAMED} more` : '';
  const named = `${unique.slice(0, MAX_NAMED).join(', ')}${more}`;
  return unique.length === 1 ? `The parameter ${named} is` : `The parameters ${named} are`;
}
