// The tables of pages: each scrolls by itself if it is wider than the screen, also by keys.
import { html, type Insert, type Markup } from './markup.ts';

/** A cell of a table. */
export interface PageCell {
  readonly text: Insert;
  /** What the column is sorted by; absent = its text. */
  readonly value?: number | null;
  /** Whether it is text that may take several lines; otherwise it is a number. */
  readonly isText?: boolean;
  /** Whether a reader should look at it. */
  readonly isBad?: boolean;
}

/** A table whose first column names its rows. */
export interface PageTable {
  /** What it shows, for those who cannot see it. */
  readonly label: string;
  readonly isSortable: boolean;
  /** The heads of all columns. */
  readonly head: readonly Insert[];
  readonly rows: readonly { readonly name: Insert; readonly cells: readonly PageCell[] }[];
}

/** A table as HTML. */
export function pageTable({ label, isSortable, head, rows }: PageTable): Markup {
  const [first] = rows;
  const headOf = (text: Insert, column: number): Markup =>
    html`<th scope="col"${first?.cells[column - 1]?.isText === true ? rawClass('text') : null}>${text}</th>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
<table class="${isSortable ? 'sortable' : ''}">
<thead><tr>${head.map(headOf)}</tr></thead>
<tbody>${rows.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map(cell)}</tr>`)}</tbody>
</table></div>`;
}

function cell({ text, value, isText = false, isBad = false }: PageCell): Markup {
  const classes = [...(isText ? ['text'] : []), ...(isBad ? ['badvalue'] : [])].join(' ');
  const sortValue = value === undefined ? null : html` data-value="${value ?? ''}"`;
  return html`<td${classes === '' ? null : rawClass(classes)}${sortValue}>${text}</td>`;
}

const rawClass = (names: string): Markup => html` class="${names}"`;
