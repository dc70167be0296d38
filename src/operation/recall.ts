// Recall of a vector search: compares the ids of the hits with those of the true neighbours. It reads the bytes of the
// answer, and allocates nothing from search to search.
import type { RecallName } from '../metrics/recall.ts';
import type { RecallSample } from './operation.ts';
import type { SearchBound } from './vector-query.ts';

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
/** Larger numbers are not exact. */
const LARGEST_ID = 2 ** 53;
const NO_ID = -1;

/** A set of ids that is emptied and filled again for each search. Each id can be taken out once. */
export class IdSet {
  private slots = new Float64Array(64);
  /** The round in which a slot was filled: slots of earlier rounds are empty. */
  private rounds = new Uint32Array(64);
  private round = 0;

  /** Makes it the set of `ids[start .. end)`. */
  fill(ids: Float64Array, start: number, end: number): void {
    if ((end - start) * 2 > this.slots.length) {
      const size = 2 ** Math.ceil(Math.log2((end - start) * 2));
      this.slots = new Float64Array(size);
      this.rounds = new Uint32Array(size);
    }
    this.round++;
    for (let index = start; index < end; index++) this.add(ids[index] ?? NO_ID);
  }

  /** Takes an id out; `false` if it is not in the set. */
  take(id: number): boolean {
    const slot = this.slotOf(id);
    if (this.rounds[slot] !== this.round) return false;
    this.slots[slot] = NO_ID;
    return true;
  }

  private add(id: number): void {
    const slot = this.slotOf(id);
    this.slots[slot] = id;
    this.rounds[slot] = this.round;
  }

  /** Where an id is, or where it would be put. */
  private slotOf(id: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(id | 0, 0x9e3779b1) >>> 8) & mask;
    while (this.rounds[slot] === this.round && this.slots[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }
}

/** The recall of one value after another, of one client. */
export class RecallMeter {
  /** Recall of the last search, the same objects each time. */
  readonly samples: readonly RecallSample[];
  private readonly all: { readonly name: RecallName; value: number };
  private readonly first: { readonly name: RecallName; value: number };
  /** Hits that count; those behind them are not looked at. */
  private readonly most: number;
  private readonly ids = new IdSet();
  private nearest = NO_ID;
  private readonly isRadial: boolean;
  private neighbours = 0;
  private hits = 0;
  private found = 0;
  private isFirstFound = false;

  constructor(bound: SearchBound) {
    this.isRadial = bound.kind !== 'nearest';
    const name = bound.kind === 'nearest' ? 'k' : bound.by;
    this.all = { name: `recall@${name}`, value: 0 };
    this.first = { name: name === 'k' ? 'recall@1' : `recall@${name}_1`, value: 0 };
    this.most = bound.kind === 'nearest' ? bound.k : Number.POSITIVE_INFINITY;
    this.samples = [this.all, this.first];
  }

  /** Begins with a search whose true neighbours are `ids[start .. end)`, the nearest first. */
  begin(ids: Float64Array, start: number, end: number): void {
    this.ids.fill(ids, start, end);
    this.nearest = start < end ? (ids[start] ?? NO_ID) : NO_ID;
    this.neighbours = end - start;
    this.hits = 0;
    this.found = 0;
    this.isFirstFound = false;
  }

  /** Adds the next hit by the JSON of its id: a number, or a text that holds one. Other ids belong to no neighbour. */
  addHit(json: Buffer, start: number): void {
    this.hits++;
    if (this.hits > this.most) return;
    const id = readId(json, start);
    const isNeighbour = id !== NO_ID && this.ids.take(id);
    if (isNeighbour) this.found++;
    if (this.hits === 1) this.isFirstFound = this.isRadial ? isNeighbour : id === this.nearest;
  }

  /** Ends the search: {@link samples} hold its recall, which is 1 if it has no neighbour to find. */
  end(): void {
    this.all.value = this.neighbours === 0 ? 1 : this.found / this.neighbours;
    this.first.value = this.neighbours === 0 || (this.hits > 0 && this.isFirstFound) ? 1 : 0;
  }
}

/** The id at a position of the JSON text; -1 if it is no whole number. */
function readId(json: Buffer, start: number): number {
  const isText = json[start] === QUOTE;
  let at = isText ? start + 1 : start;
  let id = 0;
  const begin = at;
  for (; at < json.length; at++) {
    const byte = json[at] ?? MINUS;
    if (byte < ZERO || byte > NINE) break;
    id = id * 10 + (byte - ZERO);
  }
  if (at === begin || id > LARGEST_ID || (isText && json[at] !== QUOTE)) return NO_ID;
  return isText || !isNumberPart(json[at] ?? 0) ? id : NO_ID;
}

/** Whether a number goes on: `1.5`, `1e3`. */
const isNumberPart = (byte: number): boolean => byte === 0x2e || byte === 0x65 || byte === 0x45;
