// The filters of Jinja2 3.1.
import type { TemplateFunction } from '../../values/value.ts';
import { htmlFilters } from './html.ts';
import { numberFilters } from './number.ts';
import { selectionFilters } from './selection.ts';
import { sequenceFilters } from './sequence.ts';
import { textFilters } from './text.ts';

/** All filters by name. */
export const builtinFilters: ReadonlyMap<string, TemplateFunction> = new Map([
  ...htmlFilters,
  ...numberFilters,
  ...selectionFilters,
  ...sequenceFilters,
  ...textFilters,
]);
