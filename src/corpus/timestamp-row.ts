// Gives documents new timestamps, in place.
import { BenchmarkError } from '../errors.ts';

/** A row of timestamps: which one is next. */
export interface TimestampRow {
  /** The first one, in seconds. */
  readonly start: number;
  /** So many documents, after the first one, have the same timestamp. */
  readonly documentsPerStep: number;
  /** Seconds from one timestamp to the next. */
  readonly step: number;
  /** The document that is next, from 0. */
  document: number;
}

const PREFIX = Buffer.from('{"@timestamp": ');
const DIGITS = 9;
const NEWLINE = 10;
const LARGEST = 10 ** DIGITS - 1;
const [ZERO, NINE] = [48, 57];

/**
 * Writes the next timestamps into the whole lines in `block[0 .. end)`, as long as there is a rest, which is lessened.
 * Returns the bytes of the documents. Throws `CORPUS` for a line of another form, and for a row that ran out of digits.
 */
export function stampDocuments(
  block: Buffer,
  end: number,
  row: TimestampRow,
  rest: { documents: number; bytes: number },
  path: string,
): number {
  let begin = 0;
  while (begin < end && rest.documents > 0 && rest.bytes > 0) {
    const next = block.indexOf(NEWLINE, begin) + 1;
    if (!hasTimestamp(block, begin, next))
      throw wrongForm(path, block.toString('utf8', begin, Math.min(next, begin + 60)));
    writeTimestamp(block, begin + PREFIX.length, nextTimestamp(row));
    rest.documents--;
    rest.bytes -= next - begin;
    begin = next;
  }
  return begin;
}

function nextTimestamp(row: TimestampRow): number {
  const value = row.start + row.step * Math.ceil(row.document / row.documentsPerStep);
  row.document++;
  if (value <= LARGEST) return value;
  throw new BenchmarkError(
    'CORPUS',
    `The timestamp of document ${row.document} would have more than ${DIGITS} digits.`,
    {
      hint: 'Use an earlier --start-timestamp, or a smaller --interval.',
    },
  );
}

function hasTimestamp(block: Buffer, begin: number, end: number): boolean {
  const digits = begin + PREFIX.length;
  if (digits + DIGITS >= end || block.compare(PREFIX, 0, PREFIX.length, begin, digits) !== 0) return false;
  for (let index = digits; index < digits + DIGITS; index++) if (!isDigit(block[index])) return false;
  return !isDigit(block[digits + DIGITS]);
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

function writeTimestamp(block: Buffer, begin: number, value: number): void {
  let rest = value;
  for (let index = begin + DIGITS - 1; index >= begin; index--) {
    const next = Math.floor(rest / 10);
    block[index] = ZERO + rest - next * 10;
    rest = next;
  }
}

function wrongForm(path: string, line: string): BenchmarkError {
  const form = `{"@timestamp": ${'9'.repeat(DIGITS)}`;
  return new BenchmarkError(
    'CORPUS',
    `A document in ${path} does not begin like ${form}: ${JSON.stringify(line.trimEnd())}.`,
    {
      hint: 'Only the documents of http_logs can be expanded; name one of its files with --input-file.',
    },
  );
}
