// Finds the ids of the hits of a search in its answer, wherever the search asked for them.
import type { RecallMeter } from './recall.ts';
import { findMember, type JsonPath, jsonPath, scanHits } from './scan.ts';

const FIELDS = Buffer.from('fields');
const SOURCE = Buffer.from('_source');
const OPEN_ARRAY = 0x5b;

/** Reads the ids of hits: a member of the hit itself such as `_id`, else one of its `fields`, else of its `_source`. */
export class HitIds {
  private readonly name: Buffer;
  /** The way to the id in the source, if its name has points. */
  private readonly path: JsonPath;

  constructor(idField: string) {
    this.name = Buffer.from(idField);
    this.path = jsonPath(idField);
  }

  /**
   * Gives the id of each hit to the meter. Returns how many hits there are, and how many of them have an id; -1 hits if
   * the answer has no list of them, or only a part of it.
   */
  read(json: Buffer, meter: RecallMeter): { readonly hits: number; readonly found: number } {
    let found = 0;
    const page = scanHits(json, (hit) => {
      const place = this.place(json, hit);
      if (place === -1) return;
      found++;
      meter.addHit(json, place);
    });
    return { hits: page?.count ?? -1, found };
  }

  private place(json: Buffer, hit: number): number {
    const own = findMember(json, hit, this.name);
    if (own !== -1) return own;
    const fields = findMember(json, hit, FIELDS);
    const field = fields === -1 ? -1 : findMember(json, fields, this.name);
    if (field !== -1) return json[field] === OPEN_ARRAY ? field + 1 : field;
    const source = findMember(json, hit, SOURCE);
    if (source === -1) return -1;
    const whole = findMember(json, source, this.name);
    return whole !== -1 ? whole : this.path.reduce((at, name) => (at === -1 ? -1 : findMember(json, at, name)), source);
  }
}
