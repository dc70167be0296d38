// The template engine: Jinja2 3.1, written anew. It knows nothing of workloads. Other folders import this file only,
// and no other one of this folder.
//
//   text --lexer--> tokens --parser--> tree --scope--> variables of names --compile/--> functions --render--> text
//                                                        |
//                                                        +--> the parameters of the template
//
//   values/    the values a template computes with (values/text/: how texts are searched and formatted)
//   syntax/    text to tree
//   builtins/  operators, attributes, methods, filters, tests and globals
//   render/    the state of a render (render/compile/: tree to functions)
import { builtinFilters } from './builtins/filters/registry.ts';
import { builtinGlobals } from './builtins/globals.ts';
import { builtinTests } from './builtins/tests.ts';
import { CompiledTemplate } from './render/compile/template.ts';
import {
  type LoadedTemplate,
  type MissingListener,
  RenderContext,
  type TemplateLoader,
  TemplateRun,
} from './render/runtime.ts';
import type { TemplateSource } from './syntax/source.ts';
import { locate, toBenchmarkError } from './values/failure.ts';
import type { TemplateFunction, Value } from './values/value.ts';

// What the host makes functions of: `callable` makes a global, `defineFunction` a filter or test. They fail with
// `TemplateFailure`.
export { callable, defineFunction } from './values/call.ts';
export { TemplateFailure } from './values/failure.ts';
export { valueFromJson } from './values/from-json.ts';
export { represent } from './values/print.ts';
export { type Callable, isText, textOf, typeName } from './values/value.ts';
export type { CompiledTemplate, LoadedTemplate, TemplateFunction, TemplateLoader, TemplateSource, Value };

/** What a template is rendered with. */
export interface RenderOptions {
  /**
   * Variables that all templates of the render see, imported ones and macros included. They hide built-in ones such as
   * `range`.
   */
  readonly globals?: ReadonlyMap<string, Value> | undefined;
  /** Variables that the template itself sees, and what it includes or imports `with context`. */
  readonly context?: ReadonlyMap<string, Value> | undefined;
  /** Filters beside those of Jinja2. */
  readonly filters?: ReadonlyMap<string, TemplateFunction> | undefined;
  /** Tests beside those of Jinja2. */
  readonly tests?: ReadonlyMap<string, TemplateFunction> | undefined;
  /** Whether `< > & ' "` in printed values become entities. Default: false. */
  readonly autoescape?: boolean | undefined;
  /** Finds the templates that this one names. By default there are none. */
  readonly loader?: TemplateLoader | undefined;
  /** Called each time that a variable without a value is printed, which prints nothing. */
  readonly onMissing?: MissingListener | undefined;
}

/**
 * Reads a template. Throws {@link BenchmarkError} `WORKLOAD_SYNTAX` with the place of the first mistake. The result can
 * be rendered any number of times.
 */
export function compileTemplate(source: TemplateSource): CompiledTemplate {
  return reporting(`The template "${source.name}" cannot be read`, source.name, () => new CompiledTemplate(source));
}

/**
 * Renders a template to text. Throws {@link BenchmarkError} `WORKLOAD_SYNTAX`. Limits keep a template from hanging the
 * program or using up its memory.
 */
export function render(template: CompiledTemplate, options: RenderOptions = {}): string {
  return reporting(`The template "${template.name}" cannot be rendered`, template.name, () => {
    const globals = new Map([...builtinGlobals, ...(options.globals ?? [])]);
    const filters = options.filters === undefined ? builtinFilters : new Map([...builtinFilters, ...options.filters]);
    const tests = options.tests === undefined ? builtinTests : new Map([...builtinTests, ...options.tests]);
    template.checkNames(filters, tests);
    const run = new TemplateRun({
      filters,
      tests,
      globals,
      loader: options.loader ?? (() => null),
      onMissing: options.onMissing,
    });
    const loaded = { template, autoescape: options.autoescape ?? false };
    const out: string[] = [];
    new RenderContext(run, loaded, new Map([...globals, ...(options.context ?? [])])).render(loaded, out);
    return out.join('');
  });
}

/** What is known of the render for which parameters are looked for. */
export interface DiscoveryOptions {
  /** Names that are no parameters, besides the built-in globals. */
  readonly knownNames?: Iterable<string> | undefined;
  /** Names of filters beside those of Jinja2. Any other filter is a mistake, unless it stands in an `if`. */
  readonly filters?: Iterable<string> | undefined;
}

/**
 * The parameters of a template, as `jinja2.meta.find_undeclared_variables` finds them: names that it reads before it
 * sets them, or that it sets in one branch only. Templates that it includes or imports are not read.
 */
export function discoverParameters(template: CompiledTemplate, options: DiscoveryOptions = {}): ReadonlySet<string> {
  return reporting(`The template "${template.name}" cannot be read`, template.name, () => {
    template.checkNames(new Set([...builtinFilters.keys(), ...(options.filters ?? [])]), builtinTests);
    const known = new Set(options.knownNames ?? []);
    return new Set([...template.contextNames].filter((name) => !known.has(name) && !builtinGlobals.has(name)));
  });
}

/** Whether output is escaped by Jinja2's usual rule: it is in HTML and XML files. */
export const escapesByName = (name: string): boolean => /\.(?:html|htm|xml)$/i.test(name);

function reporting<T>(what: string, file: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toBenchmarkError(
      locate(error, () => ({ file, line: 1 })),
      what,
    );
  }
}
