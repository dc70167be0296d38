// The syntax tree of a template. `at` is the offset of a node in the normalized text.

import type { Float } from '../../json.ts';
import type { CompareOperator } from '../values/compare.ts';
import type { ArithmeticOperator } from '../values/numbers.ts';

export type Constant = null | boolean | string | number | bigint | Float;

export interface CallArguments {
  readonly args: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  readonly rest: Expression | null;
  readonly namedRest: Expression | null;
}

export interface NameNode {
  readonly kind: 'name';
  readonly at: number;
  readonly name: string;
}
/** The target `ns.attribute` of a `set`. */
export interface NamespaceTarget {
  readonly kind: 'namespace-target';
  readonly at: number;
  readonly name: string;
  readonly attribute: string;
}
export interface TupleTarget {
  readonly kind: 'tuple-target';
  readonly at: number;
  readonly items: readonly Target[];
}
export type Target = NameNode | NamespaceTarget | TupleTarget;

export interface CallNode {
  readonly kind: 'call';
  readonly at: number;
  readonly callee: Expression;
  readonly arguments: CallArguments;
}
/** `value` is `null` in `{% filter %}` and `{% set x | f %}`, where the captured text takes its place. */
export interface FilterNode {
  readonly kind: 'filter';
  readonly at: number;
  readonly name: string;
  readonly value: Expression | null;
  readonly arguments: CallArguments;
}
export interface SliceNode {
  readonly kind: 'slice';
  readonly at: number;
  readonly start: Expression | null;
  readonly stop: Expression | null;
  readonly step: Expression | null;
}

export type Expression =
  | { readonly kind: 'constant'; readonly at: number; readonly value: Constant }
  | NameNode
  | { readonly kind: 'tuple' | 'list'; readonly at: number; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly at: number; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly at: number; readonly value: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly at: number; readonly value: Expression; readonly key: Expression | SliceNode }
  | SliceNode
  | CallNode
  | FilterNode
  | {
      readonly kind: 'test';
      readonly at: number;
      readonly name: string;
      readonly value: Expression;
      readonly arguments: CallArguments;
    }
  | { readonly kind: 'unary'; readonly at: number; readonly operator: '-' | '+' | 'not'; readonly value: Expression }
  | { readonly kind: 'binary'; readonly at: number; readonly operator: ArithmeticOperator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'and' | 'or'; readonly at: number; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'concat'; readonly at: number; readonly items: readonly Expression[] }
  | {
      readonly kind: 'compare';
      readonly at: number;
      readonly first: Expression;
      readonly rest: readonly { readonly operator: CompareOperator; readonly value: Expression }[];
    }
  | {
      readonly kind: 'conditional';
      readonly at: number;
      readonly test: Expression;
      readonly value: Expression;
      readonly otherwise: Expression | null;
    };

/** Parameters of a macro or call block; `defaults` belong to the last ones. */
export interface Signature {
  readonly parameters: readonly NameNode[];
  readonly defaults: readonly Expression[];
}

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
}
type Body = readonly Statement[];

export interface OutputNode extends Node<'output'> {
  readonly parts: readonly (string | Expression)[];
}
export interface IfNode extends Node<'if'> {
  readonly test: Expression;
  readonly body: Body;
  /** Nodes of their own, each without `elifs` and `otherwise`. */
  readonly elifs: readonly IfNode[];
  readonly otherwise: Body;
}
export interface ForNode extends Node<'for'> {
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | null;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}
export interface SetNode extends Node<'set'> {
  readonly target: Target;
  readonly value: Expression;
}
export interface SetBlockNode extends Node<'set-block'> {
  readonly target: Target;
  readonly filter: FilterNode | null;
  readonly body: Body;
}
export interface WithNode extends Node<'with'> {
  readonly targets: readonly Target[];
  readonly values: readonly Expression[];
  readonly body: Body;
}
export interface MacroNode extends Node<'macro'>, Signature {
  readonly name: string;
  readonly body: Body;
}
export interface CallBlockNode extends Node<'call-block'>, Signature {
  readonly call: CallNode;
  readonly body: Body;
}
export interface FilterBlockNode extends Node<'filter-block'> {
  readonly filter: FilterNode;
  readonly body: Body;
}
export interface AutoescapeNode extends Node<'autoescape'> {
  readonly value: Expression;
  readonly body: Body;
}
export interface BlockNode extends Node<'block'> {
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: Body;
}
export interface ExtendsNode extends Node<'extends'> {
  readonly template: Expression;
}
export interface IncludeNode extends Node<'include'> {
  readonly template: Expression;
  readonly withContext: boolean;
  readonly ignoreMissing: boolean;
}
export interface ImportNode extends Node<'import'> {
  readonly template: Expression;
  readonly target: string;
  readonly withContext: boolean;
}
export interface FromImportNode extends Node<'from-import'> {
  readonly template: Expression;
  readonly names: readonly { readonly name: string; readonly alias: string }[];
  readonly withContext: boolean;
}
export interface TemplateNode extends Node<'template'> {
  readonly body: Body;
}

export type Statement =
  | OutputNode
  | IfNode
  | ForNode
  | SetNode
  | SetBlockNode
  | WithNode
  | MacroNode
  | CallBlockNode
  | FilterBlockNode
  | AutoescapeNode
  | BlockNode
  | ExtendsNode
  | IncludeNode
  | ImportNode
  | FromImportNode;
