// The syntax tree of a template. `at` is the offset of a node in the normalized text.
import type { Float } from '../../json.ts';
import type { CompareOperator } from '../values/compare.ts';
import type { ArithmeticOperator } from '../values/numbers.ts';

/** The value of a literal. */
export type Constant = null | boolean | string | number | bigint | Float;

/** The arguments of a call: by position, by name, `*rest` and `**namedRest`. */
export interface CallArguments {
  readonly args: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  readonly rest: Expression | null;
  readonly namedRest: Expression | null;
}

/** A name that is read or assigned to. */
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
/** Several targets, among which the items of a value are shared out: `a, b`. */
export interface TupleTarget {
  readonly kind: 'tuple-target';
  readonly at: number;
  readonly items: readonly Target[];
}
/** What a value can be assigned to. */
export type Target = NameNode | NamespaceTarget | TupleTarget;

/** A call: `callee(arguments)`. */
export interface CallNode {
  readonly kind: 'call';
  readonly at: number;
  readonly callee: Expression;
  readonly arguments: CallArguments;
}
/**
 * A filter: `value|name(arguments)`. `value` is `null` in `{% filter %}` and `{% set x | f %}`, where the captured text
 * takes its place.
 */
export interface FilterNode {
  readonly kind: 'filter';
  readonly at: number;
  readonly name: string;
  readonly value: Expression | null;
  readonly arguments: CallArguments;
}
/** A slice in brackets: `start:stop:step`. */
export interface SliceNode {
  readonly kind: 'slice';
  readonly at: number;
  readonly start: Expression | null;
  readonly stop: Expression | null;
  readonly step: Expression | null;
}

/**
 * An expression. `concat` stands for `~`, `item` for `value[key]`, `test` for `is`, `conditional` for `a if b else c`.
 */
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
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
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

/** The parameters of a macro or call block. `defaults` belong to the last ones of them. */
export interface Signature {
  readonly parameters: readonly NameNode[];
  readonly defaults: readonly Expression[];
}

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
}
type Body = readonly Statement[];

/** Text outside of tags, and the expressions of `{{ … }}` and `{% print %}`. */
export interface OutputNode extends Node<'output'> {
  readonly parts: readonly (string | Expression)[];
}
/** `{% if %}` with its `elif` and `else` parts. */
export interface IfNode extends Node<'if'> {
  readonly test: Expression;
  readonly body: Body;
  /** The `elif` parts in order. They have no `elifs` and `otherwise` themselves. */
  readonly elifs: readonly IfNode[];
  readonly otherwise: Body;
}
/** `{% for target in iterable if test %}` with its `else` part. */
export interface ForNode extends Node<'for'> {
  readonly target: Target;
  readonly iterable: Expression;
  readonly test: Expression | null;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}
/** `{% set target = value %}`. */
export interface SetNode extends Node<'set'> {
  readonly target: Target;
  readonly value: Expression;
}
/** `{% set target | filter %}…{% endset %}`. */
export interface SetBlockNode extends Node<'set-block'> {
  readonly target: Target;
  readonly filter: FilterNode | null;
  readonly body: Body;
}
/** `{% with target = value, … %}`. */
export interface WithNode extends Node<'with'> {
  readonly targets: readonly Target[];
  readonly values: readonly Expression[];
  readonly body: Body;
}
/** `{% macro name(…) %}`. */
export interface MacroNode extends Node<'macro'>, Signature {
  readonly name: string;
  readonly body: Body;
}
/** `{% call(…) call(…) %}`. */
export interface CallBlockNode extends Node<'call-block'>, Signature {
  readonly call: CallNode;
  readonly body: Body;
}
/** `{% filter … %}`. */
export interface FilterBlockNode extends Node<'filter-block'> {
  readonly filter: FilterNode;
  readonly body: Body;
}
/** `{% autoescape value %}`. */
export interface AutoescapeNode extends Node<'autoescape'> {
  readonly value: Expression;
  readonly body: Body;
}
/** `{% block name scoped required %}`. */
export interface BlockNode extends Node<'block'> {
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: Body;
}
/** `{% extends template %}`. */
export interface ExtendsNode extends Node<'extends'> {
  readonly template: Expression;
}
/** `{% include template %}`. */
export interface IncludeNode extends Node<'include'> {
  readonly template: Expression;
  readonly withContext: boolean;
  readonly ignoreMissing: boolean;
}
/** `{% import template as target %}`. */
export interface ImportNode extends Node<'import'> {
  readonly template: Expression;
  readonly target: string;
  readonly withContext: boolean;
}
/** `{% from template import name as alias, … %}`. */
export interface FromImportNode extends Node<'from-import'> {
  readonly template: Expression;
  readonly names: readonly { readonly name: string; readonly alias: string }[];
  readonly withContext: boolean;
}
/** A whole template. */
export interface TemplateNode extends Node<'template'> {
  readonly body: Body;
}

/** A statement: text, or a tag with what belongs to it. */
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
