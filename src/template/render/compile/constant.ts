// Which expressions Jinja2 computes before it renders. A few of them give another result by that.
import type { Expression } from '../../syntax/tree.ts';
import { operandsOf } from '../../syntax/walk.ts';

/** Filters that Jinja2 cannot compute before it renders, because they need the context of the render. */
const CONTEXT_FILTERS: ReadonlySet<string> = new Set(['map', 'select', 'reject', 'selectattr', 'rejectattr', 'random']);

/** Whether Jinja2 computes an expression before it renders: it consists of constants. */
export function isConstant(node: Expression): boolean {
  if (node.kind === 'name' || node.kind === 'call') return false;
  if (node.kind === 'filter' && (node.value === null || CONTEXT_FILTERS.has(node.name))) return false;
  if (node.kind === 'conditional' && node.otherwise === null) return false;
  return operandsOf(node).every(isConstant);
}
