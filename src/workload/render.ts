// Renders the definition and the bodies of a workload, and learns on the way which parameters it reads.
import { isAbsolute, join } from 'node:path';
import { BenchmarkError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import {
  compileTemplate,
  discoverParameters,
  escapesByName,
  type LoadedTemplate,
  type RenderOptions,
  render,
  type TemplateFunction,
  type Value,
  valueFromJson,
} from '../template/engine.ts';
import { UnreadableText } from '../text-file.ts';
import type { EpochMillis } from '../units.ts';
import { readTemplate } from './assemble.ts';
import type { Rendered } from './json-document.ts';
import { type MissingParameter, undefinedHint } from './missing-parameters.ts';
import type { SourceText } from './source-text.ts';
import { daysAgo, globGlobal, HELPERS_NAME, HELPERS_SOURCE, nowGlobal, versionBetween } from './template-additions.ts';

/** The templates of one workload with the parameters of its user. */
export class Renderer {
  private readonly directory: string;
  private readonly mainOptions: RenderOptions;
  private readonly bodyOptions: RenderOptions;
  private readonly known = new Set<string>();
  private readonly gaps: MissingParameter[] = [];

  constructor(directory: string, params: JsonObject, wallTime: () => EpochMillis) {
    this.directory = directory;
    const given = [...params].map(([name, value]): readonly [string, Value] => [name, valueFromJson(value)]);
    const loader = (name: string): LoadedTemplate | null => this.load(name);
    this.bodyOptions = {
      globals: new Map(given),
      filters: new Map([['version_between', versionBetween]]),
      autoescape: true,
      loader,
    };
    this.mainOptions = {
      // Parameters may shadow `range`, but never these two.
      globals: new Map<string, Value>([...given, ['now', nowGlobal(wallTime)], ['glob', globGlobal(directory)]]),
      filters: new Map<string, TemplateFunction>([
        ['version_between', versionBetween],
        ['days_ago', daysAgo],
      ]),
      autoescape: true,
      loader,
    };
  }

  /** The names that the templates rendered so far read. */
  get knownParameters(): ReadonlySet<string> {
    return this.known;
  }

  /** The parameters that the templates rendered so far printed without a value. */
  get missingParameters(): readonly MissingParameter[] {
    return this.gaps;
  }

  /** The definition of the workload. Throws `WORKLOAD_SYNTAX` with file and line. */
  main(source: SourceText, file: string): Rendered {
    return this.run(source, file, this.mainOptions, ['now', 'glob']);
  }

  /**
   * The body of an index or template, which knows neither `now` nor `glob` nor `days_ago`. Throws `WORKLOAD_SYNTAX`
   * with file and line.
   */
  body(source: SourceText, file: string): Rendered {
    return this.run(source, file, this.bodyOptions, ['now', 'glob']);
  }

  private run(source: SourceText, file: string, options: RenderOptions, knownNames: readonly string[]): Rendered {
    const text = this.naming(file, () => {
      const template = compileTemplate({ name: file, text: source.text, fragments: source.fragments });
      for (const name of discoverParameters(template, { knownNames, filters: options.filters?.keys() }))
        this.known.add(name);
      return render(template, {
        ...options,
        onMissing: (name, { file: place, line }) => this.gaps.push({ name, file: place, line }),
      });
    });
    return { text, source, file, render: (other) => render(compileTemplate({ name: file, text: other }), options) };
  }

  private naming<T>(file: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof BenchmarkError) || error.code !== 'WORKLOAD_SYNTAX' || error.problems.length === 0)
        throw error;
      const { problems } = error;
      const hint = problems
        .map(({ message }) => undefinedHint(message, this.known))
        .find((found) => found !== undefined);
      throw new BenchmarkError('WORKLOAD_SYNTAX', `The template ${file} cannot be rendered.`, {
        problems,
        hint: hint ?? error.hint,
      });
    }
  }

  /** Templates are named relative to the workload and cannot lie outside of it. */
  private load(name: string): LoadedTemplate | null {
    if (name === HELPERS_NAME) return { template: compileTemplate({ name, text: HELPERS_SOURCE }), autoescape: false };
    if (isAbsolute(name) || name.split(/[\\/]/).includes('..')) return null;
    const file = join(this.directory, name);
    const text = readIfThere(file);
    return text === null ? null : { template: compileTemplate({ name: file, text }), autoescape: escapesByName(name) };
  }
}

function readIfThere(file: string): string | null {
  try {
    return readTemplate(file);
  } catch (error) {
    // The engine reports a template that is not there with the place that names it.
    if (error instanceof BenchmarkError && error.cause instanceof UnreadableText && error.cause.kind === 'missing')
      return null;
    throw error;
  }
}
