// Cells of equal length over the time of a test run, in bounded space however long the run is.

/** Length of the cells as long as they are few enough, in ms. */
const FIRST_LENGTH_MILLIS = 1000;

/** What is in a cell. */
export interface CellContent<C> {
  /** Adds the content of the cell that follows this one in time, or of any other. */
  absorb(other: C): void;
}

/**
 * Cells by time. They are one second long; whenever there would be more than `bound` of them, their length doubles, and
 * two neighbours become one. What is in the cells must add up, so that the sum never depends on their length.
 */
export class TimeCells<C extends CellContent<C>> {
  private readonly bound: number;
  private readonly origin: number;
  private readonly create: () => C;
  private width = FIRST_LENGTH_MILLIS;
  private cells = new Map<number, C>();

  /** @param origin where a cell begins, in ms since the start of the test run */
  constructor(bound: number, origin: number, create: () => C) {
    this.bound = bound;
    this.origin = origin;
    this.create = create;
  }

  /** Length of each cell in ms. */
  get length(): number {
    return this.width;
  }

  /** The cell of a moment in ms since the start of the test run. */
  at(time: number): C {
    const index = this.indexOf(time);
    const known = this.cells.get(index);
    if (known !== undefined) return known;
    if (this.cells.size >= this.bound) {
      this.double();
      return this.at(time);
    }
    const cell = this.create();
    this.cells.set(index, cell);
    return cell;
  }

  /** All cells that hold something, in the order of time; `start` is in ms since the start of the test run. */
  list(): readonly { readonly start: number; readonly content: C }[] {
    return [...this.cells]
      .sort(([left], [right]) => left - right)
      .map(([index, content]) => ({ start: this.origin + index * this.width, content }));
  }

  private indexOf(time: number): number {
    return Math.floor(Math.max(0, time - this.origin) / this.width);
  }

  private double(): void {
    const finer = this.list();
    this.cells = new Map();
    this.width *= 2;
    for (const { start, content } of finer) {
      const index = this.indexOf(start);
      const known = this.cells.get(index);
      if (known === undefined) this.cells.set(index, content);
      else known.absorb(content);
    }
  }
}
