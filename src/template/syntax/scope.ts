// Decides before anything is rendered which variable a name means at each place of a template.
//
// A scope (a template, the body of a loop, a macro, a `with`, …) knows the names that it reads and binds. If it reads a
// name before it binds it, the value comes from the scope around it or from the variables of the render. It is read
// once, when the scope is entered:
//
//   {{ n }}{% set n = 1 %}{{ n }}                   the first n is that of the render, the second one is 1
//   {% if a %}{% set n = 1 %}{% endif %}{{ n }}     n is that of the render unless `a` holds
//
// The scope of a loop or a `with` keeps its variables in the activation of the function (template, macro, block) in
// which it stands. The variables of a function are numbered.
import type { Expression, ForNode, IfNode, Statement, Target } from './tree.ts';
import { childrenOf, namesRead, targetNames } from './walk.ts';

/** The numbers of the variables of one function; an activation of it holds a value for each. */
export class FunctionLayout {
  readonly parent: FunctionLayout | null;
  private readonly slots = new Map<string, number>();

  constructor(parent: FunctionLayout | null) {
    this.parent = parent;
  }

  /** The number of a variable; the same key has the same number. */
  slot(key: string): number {
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    this.slots.set(key, this.slots.size);
    return this.slots.size - 1;
  }
}

/** A variable: the function that owns it, and its number there. */
export interface Variable {
  readonly layout: FunctionLayout;
  readonly slot: number;
}

/**
 * Where the first value of a variable comes from when its scope is entered: from the call (`parameter`), from nowhere
 * (`missing`), from the variables of the render (`context`), or from a variable of a scope around it (`outer`).
 */
export type Load =
  | { readonly kind: 'parameter' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'outer'; readonly variable: Variable };

/** The names of one scope and the variables that they mean. */
export class Scope {
  readonly parent: Scope | null;
  readonly layout: FunctionLayout;
  private readonly level: number;
  private variables = new Map<string, Variable>();
  private loadsBySlot = new Map<number, Load>();
  private stores = new Set<string>();

  constructor(parent: Scope | null, layout: FunctionLayout) {
    this.parent = parent;
    this.layout = layout;
    this.level = parent === null ? 0 : parent.level + 1;
  }

  /** Where each variable of the scope gets its first value from, by the number of the variable. */
  get loads(): Iterable<readonly [number, Load]> {
    return this.loadsBySlot;
  }

  /** The variable that a name means in this scope. */
  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }

  private define(name: string, load: Load): Variable {
    const slot = this.layout.slot(`${this.level}:${name}`);
    const variable = { layout: this.layout, slot };
    this.variables.set(name, variable);
    this.loadsBySlot.set(slot, load);
    return variable;
  }

  /** Binds a name that gets its value from outside, as the target of a loop or a parameter of a macro does. */
  declareParameter(name: string): Variable {
    this.stores.add(name);
    return this.define(name, { kind: 'parameter' });
  }

  /** Notes that the scope reads a name. */
  read(name: string): void {
    if (this.find(name) === undefined) this.define(name, { kind: 'context', name });
  }

  /** Notes that the scope assigns to a name. */
  bind(name: string): void {
    this.stores.add(name);
    if (this.variables.has(name)) return;
    const outer = this.parent?.find(name);
    this.define(name, outer === undefined ? { kind: 'missing' } : { kind: 'outer', variable: outer });
  }

  /** All names that this scope or one around it binds, with their variables. */
  visibleBindings(): ReadonlyMap<string, Variable> {
    const bindings = new Map<string, Variable>();
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      for (const name of scope.stores) {
        const variable = this.find(name);
        if (variable !== undefined && !bindings.has(name)) bindings.set(name, variable);
      }
    }
    return bindings;
  }

  /** Analyses the branches of an `if`. A name that only they bind keeps its former value if its branch does not run. */
  branch(branches: readonly ((scope: Scope) => void)[]): void {
    const copies = branches.map((analyse) => {
      const copy = new Scope(this.parent, this.layout);
      copy.variables = new Map(this.variables);
      copy.loadsBySlot = new Map(this.loadsBySlot);
      copy.stores = new Set(this.stores);
      analyse(copy);
      return copy;
    });
    const before = this.stores;
    this.stores = new Set(before);
    for (const copy of copies) {
      for (const [name, variable] of copy.variables) this.variables.set(name, variable);
      for (const [slot, load] of copy.loadsBySlot) this.loadsBySlot.set(slot, load);
      for (const name of copy.stores) this.stores.add(name);
    }
    for (const name of this.stores) if (!before.has(name)) this.keepFormerValue(name);
  }

  private keepFormerValue(name: string): void {
    const variable = this.variables.get(name);
    if (variable === undefined) return;
    const outer = this.parent?.find(name);
    this.loadsBySlot.set(
      variable.slot,
      outer === undefined ? { kind: 'context', name } : { kind: 'outer', variable: outer },
    );
  }
}

const readAll = (scope: Scope, ...nodes: readonly (Expression | null)[]): void => {
  for (const node of nodes) if (node !== null) for (const { name } of namesRead(node)) scope.read(name);
};

function bindTarget(scope: Scope, target: Target): void {
  for (const name of targetNames(target)) {
    if (name.kind === 'name') scope.bind(name.name);
    else scope.read(name.name);
  }
}

const declareTarget = (scope: Scope, target: Target): void => {
  for (const name of targetNames(target)) if (name.kind === 'name') scope.declareParameter(name.name);
};

/** Notes what the statements of one scope read and bind. Scopes inside of it must be analysed afterwards. */
export function analyseBody(scope: Scope, body: readonly Statement[]): void {
  for (const statement of body) analyse(scope, statement);
}

function analyse(scope: Scope, node: Statement): void {
  if (node.kind === 'if') analyseIf(scope, node);
  else {
    readAll(scope, ...ownExpressions(node));
    bindOwnNames(scope, node);
  }
}

/** The expressions of a statement that belong to the scope around it. */
function ownExpressions(node: Exclude<Statement, IfNode>): readonly (Expression | null)[] {
  switch (node.kind) {
    case 'for':
      return [node.iterable];
    case 'with':
      return node.values;
    case 'call-block':
      return [node.call];
    case 'set-block':
    case 'macro':
    case 'autoescape':
    case 'block':
      return [];
    default:
      return childrenOf(node).flatMap((child) => (child.role === 'read' ? [child.node] : []));
  }
}

/** Binds the names that a statement gives to the scope around it. */
function bindOwnNames(scope: Scope, node: Statement): void {
  if (node.kind === 'set' || node.kind === 'set-block') bindTarget(scope, node.target);
  else if (node.kind === 'macro') scope.bind(node.name);
  else if (node.kind === 'import') scope.bind(node.target);
  else if (node.kind === 'from-import') for (const { alias } of node.names) scope.bind(alias);
}

function analyseIf(scope: Scope, node: IfNode): void {
  readAll(scope, node.test);
  scope.branch([
    (branch) => analyseBody(branch, node.body),
    (branch) => analyseBody(branch, node.elifs),
    (branch) => analyseBody(branch, node.otherwise),
  ]);
}

/** Analyses the scope of the body, the filter or the `else` part of a loop. */
export function analyseLoop(scope: Scope, node: ForNode, part: 'body' | 'test' | 'else'): void {
  if (part !== 'else') declareTarget(scope, node.target);
  if (part === 'test') readAll(scope, node.test);
  else analyseBody(scope, part === 'body' ? node.body : node.otherwise);
}

/** Analyses the scope of a macro or call block: its parameters, their defaults and the body. */
export function analyseMacro(
  scope: Scope,
  node: {
    readonly parameters: readonly Target[];
    readonly defaults: readonly Expression[];
    readonly body: readonly Statement[];
  },
): void {
  for (const parameter of node.parameters) declareTarget(scope, parameter);
  readAll(scope, ...node.defaults);
  analyseBody(scope, node.body);
}

/** Analyses the scope of a `with`: its names and the body. */
export function analyseWith(scope: Scope, targets: readonly Target[], body: readonly Statement[]): void {
  for (const target of targets) declareTarget(scope, target);
  analyseBody(scope, body);
}

/** Analyses the scope of a body with an expression that belongs to it (`filter`, `autoescape`, `set` with a filter). */
export function analyseWithExpression(scope: Scope, expression: Expression | null, body: readonly Statement[]): void {
  readAll(scope, expression);
  analyseBody(scope, body);
}
