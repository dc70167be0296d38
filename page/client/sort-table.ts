// Tables that are sorted by a click, or a key, on the head of a column.

/** Makes the heads of a table buttons that sort its rows, first descending for numbers. */
export function makeSortable(table: HTMLTableElement): void {
  const heads = [...table.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const direction = head.getAttribute('aria-sort') === 'descending' ? 'ascending' : 'descending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', direction);
      sort(table, column, direction === 'ascending' ? 1 : -1);
    });
  });
}

function sort(table: HTMLTableElement, column: number, sign: number): void {
  const body = table.tBodies[0];
  if (body === undefined) return;
  const rows = [...body.rows].map((row) => ({ row, value: cellValue(row.cells[column]) }));
  rows.sort(({ value: left }, { value: right }) => {
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    if (typeof left === typeof right) return sign * String(left).localeCompare(String(right));
    // Cells without a value stay at the end, whatever the direction is.
    return typeof left === 'number' ? -1 : 1;
  });
  body.append(...rows.map(({ row }) => row));
}

function cellValue(cell: HTMLTableCellElement | undefined): number | string {
  const value = cell?.dataset.value;
  return value === undefined || value === '' ? (cell?.textContent ?? '') : Number(value);
}
