// Which variable a name means at each place of a template, decided before anything is rendered.
//
// A scope (template, loop body, macro, `with`, ...) knows the names it reads and binds. Where a name is read before its scope binds it,
// its value comes from the outer scope or from the render's variables, taken once, when the scope is entered:
//
//   {{ n }}{% set n = 1 %}{{ n }}     the first n is the caller's, the second 1
//   {% if a %}{% set n = 1 %}{% endif %}{{ n }}     n is the caller's unless `a` holds
//
// Scopes in a loop or `with` share the activation of their function (template, macro, block); slots are numbered per function.
import type { Expression, ForNode, IfNode, Statement, Target } from './tree.ts';
import { childrenOf, namesRead, targetNames } from './walk.ts';

/** Slots of one function: what an activation of it holds. */
export class FunctionLayout {
  readonly parent: FunctionLayout | null;
  private readonly slots = new Map<string, number>();

  constructor(parent: FunctionLayout | null) {
    this.parent = parent;
  }

  slot(key: string): number {
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    this.slots.set(key, this.slots.size);
    return this.slots.size - 1;
  }
}

/** A slot in the function that owns it. */
export interface Variable {
  readonly layout: FunctionLayout;
  readonly slot: number;
}

/** Where a variable's first value comes from when its scope is entered. */
export type Load =
  | { readonly kind: 'parameter' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'outer'; readonly variable: Variable };

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

  /** What to put into which slot on entry. */
  get loads(): Iterable<readonly [number, Load]> {
    return this.loadsBySlot;
  }

  /** The variable a name means here. */
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

  /** A name bound from outside: a loop's target, a macro's parameter. */
  declareParameter(name: string): Variable {
    this.stores.add(name);
    return this.define(name, { kind: 'parameter' });
  }

  read(name: string): void {
    if (this.find(name) === undefined) this.define(name, { kind: 'context', name });
  }

  bind(name: string): void {
    this.stores.add(name);
    if (this.variables.has(name)) return;
    const outer = this.parent?.find(name);
    this.define(name, outer === undefined ? { kind: 'missing' } : { kind: 'outer', variable: outer });
  }

  /** All names bound here or further out, with their variables. */
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

  /** Analyses the branches of an `if`; what only they bind may keep its value from before. */
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
    this.loadsBySlot.set(variable.slot, outer === undefined ? { kind: 'context', name } : { kind: 'outer', variable: outer });
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

/** Notes what the statements of one scope read and bind; scopes within them come later, once this one is finished. */
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

/** The scope of a loop's body, filter or `else` part. */
export function analyseLoop(scope: Scope, node: ForNode, part: 'body' | 'test' | 'else'): void {
  if (part !== 'else') declareTarget(scope, node.target);
  if (part === 'test') readAll(scope, node.test);
  else analyseBody(scope, part === 'body' ? node.body : node.otherwise);
}

/** The scope of a macro or call block: parameters, then what defaults and body read. */
export function analyseMacro(
  scope: Scope,
  node: { readonly parameters: readonly Target[]; readonly defaults: readonly Expression[]; readonly body: readonly Statement[] },
): void {
  for (const parameter of node.parameters) declareTarget(scope, parameter);
  readAll(scope, ...node.defaults);
  analyseBody(scope, node.body);
}

/** The scope of a `with`: its names, then the body. */
export function analyseWith(scope: Scope, targets: readonly Target[], body: readonly Statement[]): void {
  for (const target of targets) declareTarget(scope, target);
  analyseBody(scope, body);
}

/** The scope of a body with expressions of its own behind or before it (`filter`, `autoescape`, `set` with a filter). */
export function analyseWithExpression(scope: Scope, expression: Expression | null, body: readonly Statement[]): void {
  readAll(scope, expression);
  analyseBody(scope, body);
}
