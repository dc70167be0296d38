// Which expressions Jinja2 computes before it renders. It matters only for `~`, see there.
import type { Expression } from '../../syntax/tree.ts';
import { operandsOf } from '../../syntax/walk.ts';

/** Filters that need the render's context, so that Jinja2 cannot compute them before. */
const CONTEXT_FILTERS: ReadonlySet<string> = new Set(['map', 'select', 'reject', 'selectattr', 'rejectattr', 'random']);

/** Whether an expression holds nothing but constants. */
export function isConstant(node: Expression): boolean {
  if (node.kind === 'name' || node.kind === 'call') return false;
  if (node.kind === 'filter' && (node.value === null || CONTEXT_FILTERS.has(node.name))) return false;
  if (node.kind === 'conditional' && node.otherwise === null) return false;
  return operandsOf(node).every(isConstant);
}
