// Who waits for which time: a binary heap in which each waiter stands once, wherever it was put in from.

/** A waiter's place in the queue. It stays with the waiter, so that waiting again allocates nothing. */
interface QueueEntry<T> {
  readonly waiter: T;
  due: number;
  /** Of two with equal due times the one that was put in first comes first. */
  order: number;
  /** Index in the heap; {@link ABSENT} while the waiter is not in the queue. */
  position: number;
}

const ABSENT = -1;

/**
 * Waiters by due time. Only the queue knows the due times and the places, so nobody can bring the heap out of order.
 * Putting in, moving and removing take O(log n).
 */
export class DueQueue<T extends object> {
  private readonly heap: QueueEntry<T>[] = [];
  private readonly entries = new WeakMap<T, QueueEntry<T>>();
  private lastOrder = 0;

  /** Number of waiters in the queue. */
  get size(): number {
    return this.heap.length;
  }

  /** The earliest due time; infinite if nobody waits. */
  get firstDue(): number {
    return this.heap[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** The due time of whoever comes after the first; infinite if there is nobody. */
  get secondDue(): number {
    return Math.min(this.heap[1]?.due ?? Number.POSITIVE_INFINITY, this.heap[2]?.due ?? Number.POSITIVE_INFINITY);
  }

  /** Puts a waiter in; one that is in the queue already is moved. Throws a RangeError if `due` is not a number. */
  put(waiter: T, due: number): void {
    if (Number.isNaN(due)) throw new RangeError('A due time must be a number.');
    let entry = this.entries.get(waiter);
    if (entry === undefined) {
      entry = { waiter, due, order: 0, position: ABSENT };
      this.entries.set(waiter, entry);
    }
    entry.due = due;
    entry.order = ++this.lastOrder;
    if (entry.position === ABSENT) {
      entry.position = this.heap.length;
      this.heap.push(entry);
    }
    this.siftUp(entry);
    this.siftDown(entry);
  }

  /** Takes a waiter out; nothing happens if it is not in the queue. */
  remove(waiter: T): void {
    const entry = this.entries.get(waiter);
    if (entry !== undefined && entry.position !== ABSENT) this.takeOut(entry);
  }

  /** Takes out the first waiter that is due at `now`; `null` if there is none. */
  take(now: number): T | null {
    const first = this.heap[0];
    if (first === undefined || first.due > now) return null;
    this.takeOut(first);
    return first.waiter;
  }

  /** Moves all due times by a span; their order stays. */
  shift(span: number): void {
    for (const entry of this.heap) entry.due += span;
  }

  /** Takes all waiters out. */
  clear(): void {
    for (const entry of this.heap) entry.position = ABSENT;
    this.heap.length = 0;
  }

  private takeOut(entry: QueueEntry<T>): void {
    const last = this.heap.pop();
    if (last !== undefined && last !== entry) {
      this.place(last, entry.position);
      this.siftUp(last);
      this.siftDown(last);
    }
    entry.position = ABSENT;
  }

  private place(entry: QueueEntry<T>, position: number): void {
    this.heap[position] = entry;
    entry.position = position;
  }

  private siftUp(entry: QueueEntry<T>): void {
    let { position } = entry;
    while (position > 0) {
      const parentPosition = (position - 1) >> 1;
      const parent = this.heap[parentPosition];
      if (parent === undefined || !isBefore(entry, parent)) break;
      this.place(parent, position);
      position = parentPosition;
    }
    this.place(entry, position);
  }

  private siftDown(entry: QueueEntry<T>): void {
    let { position } = entry;
    for (;;) {
      let childPosition = 2 * position + 1;
      let child = this.heap[childPosition];
      if (child === undefined) break;
      const right = this.heap[childPosition + 1];
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childPosition++;
      }
      if (!isBefore(child, entry)) break;
      this.place(child, position);
      position = childPosition;
    }
    this.place(entry, position);
  }
}

function isBefore<T>(left: QueueEntry<T>, right: QueueEntry<T>): boolean {
  return left.due < right.due || (left.due === right.due && left.order < right.order);
}
