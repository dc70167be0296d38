// What exists while a template is rendered: the run, the context of a template, the activation of a function.

import { TemplateFailure, TemplateNotFound } from '../values/failure.ts';
import { MAX_DEPTH, MAX_ITERATIONS } from '../values/limits.ts';
import type { Caller, TemplateFunction, Value } from '../values/value.ts';
import type { TemplateModule } from './module.ts';

/** Something that names are looked up in. */
export interface Names {
  has(name: string): boolean;
}

/** A template as the renders that use it see it. */
export interface Template {
  readonly name: string;
  /** Fails if the template uses a filter or test that does not exist (within an `if` it may, as long as it is not reached). */
  checkNames(filters: Names, tests: Names): void;
  /** The blocks that the template defines, by name. */
  blocksOf(autoescape: boolean): Iterable<readonly [string, BlockBody]>;
  /** Runs the template and those it extends. `context` must know its blocks already: see {@link Context.render}. */
  run(context: Context, loaded: LoadedTemplate, out: string[]): void;
}

/** A template with the decision whether its output is escaped. */
export interface LoadedTemplate {
  readonly template: Template;
  readonly autoescape: boolean;
}

/** Finds the templates of `include`, `import` and `extends`; `null` if there is none of that name. */
export type TemplateLoader = (name: string) => LoadedTemplate | null;

/** One render with all templates that take part in it. */
export class Run {
  readonly filters: ReadonlyMap<string, TemplateFunction>;
  readonly tests: ReadonlyMap<string, TemplateFunction>;
  readonly globals: ReadonlyMap<string, Value>;
  /** Imported templates, which run once. */
  readonly modules = new Map<string, TemplateModule>();
  private readonly loader: TemplateLoader;
  private readonly loaded = new Map<string, LoadedTemplate>();
  private depth = 0;
  private iterations = 0;

  constructor(options: {
    readonly filters: ReadonlyMap<string, TemplateFunction>;
    readonly tests: ReadonlyMap<string, TemplateFunction>;
    readonly globals: ReadonlyMap<string, Value>;
    readonly loader: TemplateLoader;
  }) {
    this.filters = options.filters;
    this.tests = options.tests;
    this.globals = options.globals;
    this.loader = options.loader;
  }

  /** The first template there is of these names. */
  load(names: readonly string[]): LoadedTemplate & { readonly name: string } {
    for (const name of names) {
      const template = this.loaded.get(name) ?? this.loader(name);
      if (template === null) continue;
      if (!this.loaded.has(name)) template.template.checkNames(this.filters, this.tests);
      this.loaded.set(name, template);
      return { ...template, name };
    }
    throw new TemplateNotFound(names);
  }

  /** Counts a pass of a loop; endless and senselessly long ones end here. */
  countIteration(): void {
    if (++this.iterations > MAX_ITERATIONS) throw new TemplateFailure(`The loops of this template take more than ${MAX_ITERATIONS} passes`);
  }

  /** Runs a macro, include, block or recursive loop one level deeper. */
  nested<T>(run: () => T): T {
    if (this.depth >= MAX_DEPTH) {
      throw new TemplateFailure(
        `Macros, includes and recursive loops nest deeper than ${MAX_DEPTH} levels`,
        'Something probably calls or includes itself without end.',
      );
    }
    this.depth++;
    try {
      return run();
    } finally {
      this.depth--;
    }
  }
}

/** A block of a template, as a context can run it. */
export interface BlockBody {
  readonly required: boolean;
  readonly run: (context: Context, out: string[], depth: number) => void;
}

/** The variables of one template: its own (`vars`), above those it was given. */
export class Context implements Caller {
  readonly run: Run;
  readonly name: string;
  readonly given: ReadonlyMap<string, Value>;
  readonly vars = new Map<string, Value>();
  readonly exported = new Set<string>();
  /** Per name the bodies from the most derived template to the base. */
  readonly blocks = new Map<string, BlockBody[]>();
  autoescape: boolean;

  constructor(run: Run, loaded: LoadedTemplate, given: ReadonlyMap<string, Value>) {
    this.run = run;
    this.name = loaded.template.name;
    this.given = given;
    this.autoescape = loaded.autoescape;
  }

  get filters(): ReadonlyMap<string, TemplateFunction> {
    return this.run.filters;
  }

  get tests(): ReadonlyMap<string, TemplateFunction> {
    return this.run.tests;
  }

  resolve(name: string): Value | undefined {
    const own = this.vars.get(name);
    return own === undefined ? this.given.get(name) : own;
  }

  /** All variables, with `locals` above them. */
  all(locals: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
    return new Map([...this.given, ...this.vars, ...locals]);
  }

  /** Renders the template of this context into `out`. */
  render(loaded: LoadedTemplate, out: string[]): void {
    this.addBlocks(loaded);
    loaded.template.run(this, loaded, out);
  }

  /** Adds the blocks of a template: of the one that is rendered first, then of each that it extends. */
  addBlocks(loaded: LoadedTemplate): void {
    for (const [name, block] of loaded.template.blocksOf(loaded.autoescape)) {
      const bodies = this.blocks.get(name);
      if (bodies === undefined) this.blocks.set(name, [block]);
      else bodies.push(block);
    }
  }

  /** A context of the same template and blocks that also sees `locals` (scoped blocks). */
  derived(loaded: LoadedTemplate, locals: ReadonlyMap<string, Value>): Context {
    const context = new Context(this.run, loaded, this.all(locals));
    for (const [name, bodies] of this.blocks) context.blocks.set(name, bodies);
    context.autoescape = this.autoescape;
    return context;
  }
}

/** State of one template's body that the functions within it share. */
export interface TemplateState {
  readonly loaded: LoadedTemplate;
  /** The template that this one extends, once `extends` ran. */
  parent: LoadedTemplate | null;
}

/** One call of a function (template body, block, macro, recursive loop): its slots and where they are. */
export class Activation {
  readonly context: Context;
  readonly state: TemplateState;
  readonly parent: Activation | null;
  /** `undefined` is a variable without a value. */
  readonly slots: (Value | undefined)[] = [];

  constructor(context: Context, state: TemplateState, parent: Activation | null) {
    this.context = context;
    this.state = state;
    this.parent = parent;
  }

  /** The activation of a function defined in this one. */
  inner(): Activation {
    return new Activation(this.context, this.state, this);
  }
}
