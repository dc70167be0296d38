// The state of a render: the render as a whole, the variables of each template, and the calls of functions.
import { type Location, TemplateFailure, TemplateNotFound } from '../values/failure.ts';
import { MAX_DEPTH, MAX_ITERATIONS } from '../values/limits.ts';
import type { Caller, TemplateFunction, Value } from '../values/value.ts';
import type { TemplateModule } from './module.ts';

/** A collection of names, such as those of all filters. */
export interface Names {
  has(name: string): boolean;
}

/** A template as a render sees it. */
export interface Template {
  readonly name: string;
  /**
   * Fails if the template uses a filter or test that does not exist. In an `if` it may, and fails only when it is
   * reached.
   */
  checkNames(filters: Names, tests: Names): void;
  /** The blocks that the template defines, by name. */
  blocksOf(autoescape: boolean): Iterable<readonly [string, BlockBody]>;
  /**
   * Runs the template and those that it extends. `context` must know its blocks already: see
   * {@link RenderContext.render}.
   */
  run(context: RenderContext, loaded: LoadedTemplate, out: string[]): void;
}

/** A template, and whether its output is escaped. */
export interface LoadedTemplate {
  readonly template: Template;
  readonly autoescape: boolean;
}

/** Finds the templates of `include`, `import` and `extends`; `null` if there is none of that name. */
export type TemplateLoader = (name: string) => LoadedTemplate | null;

/** Gets the name of a variable without a value, and the place where it was printed. */
export type MissingListener = (name: string, place: Location) => void;

/** One render of a template, with all other templates that take part in it. */
export class TemplateRun {
  readonly filters: ReadonlyMap<string, TemplateFunction>;
  readonly tests: ReadonlyMap<string, TemplateFunction>;
  readonly globals: ReadonlyMap<string, Value>;
  /** The imported templates that have run already: each runs once. */
  readonly modules = new Map<string, TemplateModule>();
  /** Called for each variable without a value that is printed. */
  readonly onMissing: MissingListener | undefined;
  private readonly loader: TemplateLoader;
  private readonly loaded = new Map<string, LoadedTemplate>();
  private depth = 0;
  private iterations = 0;

  constructor(options: {
    readonly filters: ReadonlyMap<string, TemplateFunction>;
    readonly tests: ReadonlyMap<string, TemplateFunction>;
    readonly globals: ReadonlyMap<string, Value>;
    readonly loader: TemplateLoader;
    readonly onMissing: MissingListener | undefined;
  }) {
    this.filters = options.filters;
    this.tests = options.tests;
    this.globals = options.globals;
    this.loader = options.loader;
    this.onMissing = options.onMissing;
  }

  /** The first of these names for which there is a template. Throws {@link TemplateNotFound} if there is none. */
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

  /** Counts a pass of a loop. Fails after too many of them, because a loop may have no end. */
  countIteration(): void {
    if (++this.iterations > MAX_ITERATIONS)
      throw new TemplateFailure(`The loops of this template take more than ${MAX_ITERATIONS} passes`);
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

/** The body of a block of one template. `depth` is how many templates extend that one. */
export interface BlockBody {
  readonly required: boolean;
  readonly run: (context: RenderContext, out: string[], depth: number) => void;
}

/** The variables and blocks of one template in a render. Its own variables (`vars`) hide those that it was given. */
export class RenderContext implements Caller {
  readonly run: TemplateRun;
  readonly name: string;
  readonly given: ReadonlyMap<string, Value>;
  readonly vars = new Map<string, Value>();
  /** Names of the variables that a template which imports this one sees. */
  readonly exported = new Set<string>();
  /** The bodies of each block by name, from that of the most derived template to that of the base. */
  readonly blocks = new Map<string, BlockBody[]>();
  autoescape: boolean;

  constructor(run: TemplateRun, loaded: LoadedTemplate, given: ReadonlyMap<string, Value>) {
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

  /** The value of a variable, if it has one. */
  resolve(name: string): Value | undefined {
    const own = this.vars.get(name);
    return own === undefined ? this.given.get(name) : own;
  }

  /** All variables. `locals` hide others of the same name. */
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

  /** A context of the same template and blocks that sees `locals`, too, as scoped blocks do. */
  derived(loaded: LoadedTemplate, locals: ReadonlyMap<string, Value>): RenderContext {
    const context = new RenderContext(this.run, loaded, this.all(locals));
    for (const [name, bodies] of this.blocks) context.blocks.set(name, bodies);
    context.autoescape = this.autoescape;
    return context;
  }
}

/** What the functions of one template share while it runs. */
export interface TemplateState {
  readonly loaded: LoadedTemplate;
  /** The template that this one extends; `null` until `extends` has run. */
  parent: LoadedTemplate | null;
}

/**
 * One call of a function (the body of a template, a block, a macro, a recursive loop) with its variables. `parent` is
 * the function around it.
 */
export class Activation {
  readonly context: RenderContext;
  readonly state: TemplateState;
  readonly parent: Activation | null;
  /** Values of the variables by their numbers; `undefined` for a variable without a value. */
  readonly slots: (Value | undefined)[] = [];

  constructor(context: RenderContext, state: TemplateState, parent: Activation | null) {
    this.context = context;
    this.state = state;
    this.parent = parent;
  }

  /** A call of a function that is defined in this one. */
  inner(): Activation {
    return new Activation(this.context, this.state, this);
  }
}
