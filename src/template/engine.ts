// The template engine: a Jinja2 3.1 of its own, which knows nothing of workloads. This file is its door: nothing else in this folder is
// imported from outside.
//
//   text --lexer--> tokens --parser--> tree --scope--> which variable each name means --compile/--> functions --render--> text
//                                                        |
//                                                        +--> the parameters of the template
//
//   values/    what a template computes with (values/text/: how texts are searched and formatted)
//   syntax/    text to tree
//   builtins/  operators, attributes, methods, filters, tests and globals
//   render/    what exists while a template is rendered (render/compile/: tree to functions)
import { builtinFilters } from './builtins/filters/registry.ts';
import { builtinGlobals } from './builtins/globals.ts';
import { builtinTests } from './builtins/tests.ts';
import { CompiledTemplate } from './render/compile/template.ts';
import { Context, type LoadedTemplate, Run, type TemplateLoader } from './render/runtime.ts';
import type { TemplateSource } from './syntax/source.ts';
import { locate, toBenchmarkError } from './values/failure.ts';
import type { TemplateFunction, Value } from './values/value.ts';

// What functions of the host are made of: `callable` is a global, `defineFunction` a filter or test, and they fail with `TemplateFailure`.
export { callable, defineFunction } from './values/call.ts';
export { TemplateFailure } from './values/failure.ts';
export { valueFromJson } from './values/from-json.ts';
export { represent } from './values/print.ts';
export { type Callable, isText, textOf, typeName } from './values/value.ts';
export type { CompiledTemplate, LoadedTemplate, TemplateFunction, TemplateLoader, TemplateSource, Value };

/** What a template is rendered with. */
export interface RenderOptions {
  /** Seen by all templates of the render, imported ones and macros included. They shadow `range` and the like. */
  readonly globals?: ReadonlyMap<string, Value> | undefined;
  /** Seen by the template itself and by what it includes or imports `with context`. */
  readonly context?: ReadonlyMap<string, Value> | undefined;
  /** Filters beside those of Jinja2. */
  readonly filters?: ReadonlyMap<string, TemplateFunction> | undefined;
  /** Tests beside those of Jinja2. */
  readonly tests?: ReadonlyMap<string, TemplateFunction> | undefined;
  /** Whether `< > & ' "` in printed values become entities; by default not. */
  readonly autoescape?: boolean | undefined;
  /** Finds the templates that this one names; by default there are none. */
  readonly loader?: TemplateLoader | undefined;
}

/**
 * Reads a template. Throws {@link BenchmarkError} `WORKLOAD_SYNTAX` with the place of the first mistake. The result can be rendered
 * any number of times.
 */
export function compileTemplate(source: TemplateSource): CompiledTemplate {
  return reporting(`The template "${source.name}" cannot be read`, source.name, () => new CompiledTemplate(source));
}

/** Renders a template to text. Throws {@link BenchmarkError} `WORKLOAD_SYNTAX`; a template cannot hang or exhaust the program (`values/limits.ts`). */
export function render(template: CompiledTemplate, options: RenderOptions = {}): string {
  return reporting(`The template "${template.name}" cannot be rendered`, template.name, () => {
    const globals = new Map([...builtinGlobals, ...(options.globals ?? [])]);
    const filters = options.filters === undefined ? builtinFilters : new Map([...builtinFilters, ...options.filters]);
    const tests = options.tests === undefined ? builtinTests : new Map([...builtinTests, ...options.tests]);
    template.checkNames(filters, tests);
    const run = new Run({ filters, tests, globals, loader: options.loader ?? (() => null) });
    const loaded = { template, autoescape: options.autoescape ?? false };
    const out: string[] = [];
    new Context(run, loaded, new Map([...globals, ...(options.context ?? [])])).render(loaded, out);
    return out.join('');
  });
}

/** What parameter discovery knows of the render to come. */
export interface DiscoveryOptions {
  /** Names that are no parameters; the built-in globals never are. */
  readonly knownNames?: Iterable<string> | undefined;
  /** Names of filters beside those of Jinja2. Others are mistakes, but for those directly inside an `if`. */
  readonly filters?: Iterable<string> | undefined;
}

/**
 * The names a template takes from its render (`jinja2.meta.find_undeclared_variables`): read before they are set, or set in a branch
 * only. What it includes or imports is not looked into.
 */
export function discoverParameters(template: CompiledTemplate, options: DiscoveryOptions = {}): ReadonlySet<string> {
  return reporting(`The template "${template.name}" cannot be read`, template.name, () => {
    template.checkNames(new Set([...builtinFilters.keys(), ...(options.filters ?? [])]), builtinTests);
    const known = new Set(options.knownNames ?? []);
    return new Set([...template.contextNames].filter((name) => !known.has(name) && !builtinGlobals.has(name)));
  });
}

/** Jinja2's usual rule for escaping by name: HTML and XML files. */
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
