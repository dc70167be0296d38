// The children of syntax nodes, and questions about whole subtrees.
import { unreachable } from '../../errors.ts';
import type {
  BlockNode,
  CallArguments,
  Expression,
  ForNode,
  NameNode,
  NamespaceTarget,
  Statement,
  Target,
  TupleTarget,
} from './tree.ts';

/**
 * Something that stands directly inside a statement: an expression that is read, a target that is assigned, or a
 * statement.
 */
export type Child =
  | { readonly role: 'read'; readonly node: Expression }
  | { readonly role: 'assign'; readonly node: Target }
  | { readonly role: 'statement'; readonly node: Statement };

const reads = (nodes: readonly (Expression | null)[]): Child[] =>
  nodes.flatMap((node) => (node === null ? [] : [{ role: 'read', node } as const]));
const assigns = (nodes: readonly Target[]): Child[] => nodes.map((node) => ({ role: 'assign', node }));
const statements = (nodes: readonly Statement[]): Child[] => nodes.map((node) => ({ role: 'statement', node }));

const argumentsOf = (args: CallArguments): readonly (Expression | null)[] => [
  ...args.args,
  ...args.named.map((named) => named.value),
  args.rest,
  args.namedRest,
];

/** The expressions directly inside an expression. */
export function operandsOf(node: Expression): readonly Expression[] {
  return partsOf(node).filter((part) => part !== null);
}

function partsOf(node: Expression): readonly (Expression | null)[] {
  switch (node.kind) {
    case 'constant':
    case 'name':
      return [];
    case 'tuple':
    case 'list':
    case 'concat':
      return node.items;
    case 'dict':
      return node.pairs.flat();
    case 'attribute':
    case 'unary':
      return [node.value];
    case 'item':
      return [node.value, node.key];
    case 'slice':
      return [node.start, node.stop, node.step];
    case 'call':
      return [node.callee, ...argumentsOf(node.arguments)];
    case 'filter':
    case 'test':
      return [node.value, ...argumentsOf(node.arguments)];
    case 'binary':
    case 'and':
    case 'or':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map((operand) => operand.value)];
    case 'conditional':
      return [node.test, node.value, node.otherwise];
    default:
      return unreachable(node);
  }
}

/** What stands directly inside a statement, in the order in which Jinja2 visits it. */
export function childrenOf(node: Statement): readonly Child[] {
  switch (node.kind) {
    case 'output':
      return reads(node.parts.filter((part) => typeof part !== 'string'));
    case 'if':
      return [
        ...reads([node.test]),
        ...statements(node.body),
        ...statements(node.elifs),
        ...statements(node.otherwise),
      ];
    case 'for':
      return [
        ...assigns([node.target]),
        ...reads([node.iterable]),
        ...statements(node.body),
        ...statements(node.otherwise),
        ...reads([node.test]),
      ];
    case 'set':
      return [...assigns([node.target]), ...reads([node.value])];
    case 'set-block':
      return [...assigns([node.target]), ...reads([node.filter]), ...statements(node.body)];
    case 'with':
      return [...assigns(node.targets), ...reads(node.values), ...statements(node.body)];
    case 'macro':
      return [...assigns(node.parameters), ...reads(node.defaults), ...statements(node.body)];
    case 'call-block':
      return [...reads([node.call]), ...assigns(node.parameters), ...reads(node.defaults), ...statements(node.body)];
    case 'filter-block':
      return [...statements(node.body), ...reads([node.filter])];
    case 'autoescape':
      return [...reads([node.value]), ...statements(node.body)];
    case 'block':
      return statements(node.body);
    case 'extends':
    case 'include':
    case 'import':
    case 'from-import':
      return reads([node.template]);
    default:
      return unreachable(node);
  }
}

/** The names that a target assigns, and the namespaces whose attributes it sets. */
export function* targetNames(target: Target): Iterable<NameNode | NamespaceTarget> {
  if (target.kind === 'tuple-target') for (const item of (target satisfies TupleTarget).items) yield* targetNames(item);
  else yield target;
}

/** The names that an expression reads. */
export function* namesRead(node: Expression): Iterable<NameNode> {
  if (node.kind === 'name') yield node;
  for (const operand of operandsOf(node)) yield* namesRead(operand);
}

/**
 * Which of `names` the statements read. A name no longer counts after it has been assigned. Blocks are left out,
 * because they are functions of their own.
 */
export function namesMentioned(body: readonly Statement[], ...names: readonly string[]): ReadonlySet<string> {
  const open = new Set(names);
  const found = new Set<string>();
  const visit = (child: Child): void => {
    if (child.role === 'read') {
      for (const { name } of namesRead(child.node)) if (open.has(name)) found.add(name);
    } else if (child.role === 'assign') {
      for (const target of targetNames(child.node)) if (target.kind === 'name') open.delete(target.name);
    } else if (child.node.kind !== 'block') childrenOf(child.node).forEach(visit);
  };
  statements(body).forEach(visit);
  return found;
}

/** All statements in a body, nested ones included, in the order of the text. */
export function* statementsIn(body: readonly Statement[]): Iterable<Statement> {
  for (const statement of body) {
    yield statement;
    yield* statementsIn(childrenOf(statement).flatMap((child) => (child.role === 'statement' ? [child.node] : [])));
  }
}

/** All blocks of a body, nested ones included. */
export function blocksIn(body: readonly Statement[]): readonly BlockNode[] {
  return [...statementsIn(body)].filter((node) => node.kind === 'block');
}

/** The place where the body of a loop assigns `loop`, which it must not; `undefined` if it does not. */
export function loopAssignment(node: ForNode): NameNode | undefined {
  for (const statement of statementsIn([node])) {
    for (const child of childrenOf(statement)) {
      if (
        child.role !== 'assign' ||
        statement.kind === 'macro' ||
        statement.kind === 'call-block' ||
        statement.kind === 'with'
      )
        continue;
      for (const target of targetNames(child.node)) if (target.kind === 'name' && target.name === 'loop') return target;
    }
  }
  return undefined;
}
