// Failures inside templates, which become errors of the project at the door of the engine.
import { BenchmarkError, type Problem } from '../../errors.ts';

/** A place in a file. Line and column count from 1; the column is left out if it is not known. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
}

/** A failure while a template is read or rendered. Whichever part of the engine knows the place first adds it. */
export class TemplateFailure extends Error {
  location: Location | undefined;
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, location?: Location) {
    super(message);
    this.name = 'TemplateFailure';
    this.hint = hint;
    this.location = location;
  }
}

/** Thrown if there is no template of that name. It is the only failure that `include … ignore missing` forgives. */
export class TemplateNotFound extends TemplateFailure {
  constructor(names: readonly string[]) {
    const list = names.map((name) => `"${name}"`).join(', ');
    super(names.length === 1 ? `There is no template ${list}` : `None of the templates ${list} exists`);
    this.name = 'TemplateNotFound';
  }
}

/**
 * Adds the place to a failure that has none yet. An exhausted stack, or a text that is too long, becomes a failure that
 * says what the user can do.
 */
export function locate(error: unknown, place: () => Location): unknown {
  if (error instanceof TemplateFailure) {
    error.location ??= place();
    return error;
  }
  if (!(error instanceof RangeError)) return error;
  if (/call stack/i.test(error.message)) {
    return new TemplateFailure(
      'The template nests too deeply',
      'Split the expression, or end the recursion earlier.',
      place(),
    );
  }
  if (/invalid (?:string|array) length/i.test(error.message))
    return new TemplateFailure('The rendered text is too large', undefined, place());
  return error;
}

/** A failure as a `BenchmarkError`, with `during` in front of its message. Anything else is passed on unchanged. */
export function toBenchmarkError(error: unknown, during: string): unknown {
  if (!(error instanceof TemplateFailure)) return error;
  const problem: Problem = { ...error.location, message: error.message, hint: error.hint };
  const place = error.location === undefined ? '' : ` in ${error.location.file}, line ${error.location.line}`;
  return new BenchmarkError('WORKLOAD_SYNTAX', `${during}${place}: ${error.message}.`, {
    hint: error.hint,
    problems: [problem],
    cause: error,
  });
}
