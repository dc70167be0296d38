// What a user wants to hold at the highest rate: `p99 latency < 100ms, error rate < 0.1%`.
import { type Millis, millis } from '../units.ts';

/** Which time of a sample a condition is about. */
export type TimeColumn = 'latency' | 'serviceTime' | 'processingTime';

/** One condition. `text` is it in words, for people. */
export type Condition =
  /** So large a share of the samples takes less time than the limit; 1 = all of them. */
  | {
      readonly kind: 'quantile';
      readonly column: TimeColumn;
      readonly share: number;
      readonly limit: Millis;
      readonly text: string;
    }
  | { readonly kind: 'mean'; readonly column: TimeColumn; readonly limit: Millis; readonly text: string }
  /** Less than this share of the samples fails. */
  | { readonly kind: 'error-rate'; readonly limit: number; readonly text: string }
  /** More than this share of the rate is achieved. */
  | { readonly kind: 'throughput'; readonly least: number; readonly text: string };

/** Says what is wrong with a text of conditions, and where. */
export class ConditionProblem extends Error {
  constructor(text: string, position: number, message: string) {
    super(`${message} at character ${position + 1} of '${text}': '${text.slice(position, position + 20)}'`);
    this.name = 'ConditionProblem';
  }
}

/** What holds of the throughput unless the user says something else: a rate that is not achieved is no rate. */
const USUAL_THROUGHPUT = 'throughput > 95% of target';

const columns: Readonly<Record<string, TimeColumn>> = {
  latency: 'latency',
  'service time': 'serviceTime',
  'processing time': 'processingTime',
};

/**
 * Reads conditions that are separated by commas, and adds one for the throughput if there is none. Throws
 * {@link ConditionProblem}.
 */
export function parseConditions(text: string): readonly Condition[] {
  const found: Condition[] = [];
  let position = 0;
  for (const part of text.split(',')) {
    found.push(new ConditionReader(text, position, position + part.length).read());
    position += part.length + 1;
  }
  return found.some(({ kind }) => kind === 'throughput') ? found : [...found, ...parseConditions(USUAL_THROUGHPUT)];
}

/** Reads one condition word by word. */
class ConditionReader {
  private readonly text: string;
  private readonly end: number;
  private position: number;

  constructor(text: string, start: number, end: number) {
    this.text = text;
    this.position = start;
    this.end = end;
  }

  read(): Condition {
    if (this.take(/error[ _-]rate/y) !== null) return this.errorRate();
    if (this.take(/throughput/y) !== null) return this.throughput();
    return this.time();
  }

  private time(): Condition {
    const figure = this.take(/p\d+(\.\d+)?|mean|max/y);
    const share = figure?.startsWith('p') === true ? Number((Number(figure.slice(1)) / 100).toPrecision(12)) : 1;
    if (figure === null || share > 1 || share <= 0)
      throw this.problem('no figure such as "p99 latency", "mean service time", "error rate" or "throughput"');
    const name = this.take(/latency|service[ _-]time|processing[ _-]time/y)?.replace(/[_-]/, ' ');
    const column = columns[name ?? ''];
    if (column === undefined) throw this.problem('neither "latency" nor "service time" nor "processing time"');
    this.comparison('<');
    const value = this.number();
    const unit = this.take(/ms|s/y);
    if (unit === null) throw this.problem('no unit, "ms" or "s",');
    const limit = millis(unit === 's' ? value * 1000 : value);
    if (limit <= 0) throw this.problem('no time above 0');
    this.finish();
    const text = `${figure} ${name} < ${value} ${unit}`;
    return figure === 'mean' ? { kind: 'mean', column, limit, text } : { kind: 'quantile', column, share, limit, text };
  }

  private errorRate(): Condition {
    this.comparison('<');
    const limit = this.percentage();
    this.finish();
    return { kind: 'error-rate', limit, text: `error rate < ${percent(limit)}` };
  }

  private throughput(): Condition {
    this.comparison('>');
    const least = this.percentage();
    this.take(/of( the)? target/y);
    this.finish();
    return { kind: 'throughput', least, text: `throughput > ${percent(least)} of target` };
  }

  private comparison(sign: '<' | '>'): void {
    if (this.take(sign === '<' ? /<=?/y : />=?/y) === null) throw this.problem(`no "${sign}"`);
  }

  private number(): number {
    const digits = this.take(/\d+(\.\d+)?|\.\d+/y);
    if (digits === null) throw this.problem('no number');
    return Number(digits);
  }

  private percentage(): number {
    const start = this.position;
    const value = this.number();
    if (this.take(/%/y) === null) throw this.problem('no "%"');
    if (value > 0 && value <= 100) return value / 100;
    this.position = start;
    throw this.problem('no percentage above 0 and up to 100');
  }

  /** The next word if it is of this form; `null` leaves it where it is. Case and spaces before it do not matter. */
  private take(form: RegExp): string | null {
    this.skipSpaces();
    form.lastIndex = this.position;
    const word = form.exec(this.text.slice(0, this.end).toLowerCase())?.[0] ?? null;
    if (word !== null) this.position += word.length;
    return word;
  }

  private finish(): void {
    this.skipSpaces();
    if (this.position < this.end) throw this.problem('no comma');
  }

  private skipSpaces(): void {
    while (this.position < this.end && this.text[this.position] === ' ') this.position++;
  }

  private problem(what: string): ConditionProblem {
    this.skipSpaces();
    return new ConditionProblem(this.text, this.position, `there is ${what}`);
  }
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(10))} %`;
