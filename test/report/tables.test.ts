import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { defaultPercentiles } from '../../src/metrics/percentiles.ts';
import { packageRoot } from '../../src/package.ts';
import { csvTable } from '../../src/report/csv-table.ts';
import { markdownTable } from '../../src/report/markdown-table.ts';
import { formatGeneral } from '../../src/report/number-format.ts';
import { plainTable } from '../../src/report/plain-table.ts';
import { floatValue, hundredthsValue, integerValue, type RowValue, type SummaryRow } from '../../src/report/row.ts';
import { type SummaryOptions, summaryRows } from '../../src/report/summary.ts';
import { exampleResults } from './example-results.ts';

/** The golden tables are those of Python's tabulate for the same cells. */
const golden = (name: string): string => readFileSync(join(packageRoot, 'test/fixtures/report', name), 'utf8');
const options: SummaryOptions = {
  show: 'available',
  latencyPercentiles: defaultPercentiles,
  throughputPercentiles: [],
  showsProcessingTime: false,
};
const cell = (value: RowValue | null, metric = 'm'): SummaryRow => ({ metric, task: '', value, unit: '' });
const values = (rows: readonly SummaryRow[]): readonly string[] =>
  markdownTable(rows, 'right')
    .split('\n')
    .slice(2)
    .map((line) => line.split('|')[3]?.trim() ?? '');

describe('markdownTable', () => {
  for (const align of ['right', 'left', 'center', 'decimal'] as const) {
    test(`aligns values ${align}`, () => {
      assert.equal(`${markdownTable(summaryRows(exampleResults, options), align)}\n`, golden(`summary-${align}.md`));
    });
  }

  test('shows every row if asked', () => {
    const rows = summaryRows(exampleResults, {
      ...options,
      show: 'all',
      showsProcessingTime: true,
      throughputPercentiles: [50],
    });
    assert.equal(`${markdownTable(rows, 'right')}\n`, golden('summary-all.md'));
  });

  test('keeps a cell one cell, whatever is in it', () => {
    const [, , line] = markdownTable([cell(integerValue(1), 'a|b\nc')], 'right').split('\n');
    assert.match(line ?? '', /^\| +a\\\|b c \| +\| +1 \| +\|$/);
  });

  test('rounds values to six significant digits', () => {
    const rows = [
      hundredthsValue(100),
      hundredthsValue(81.4),
      floatValue(11396503),
      floatValue(0.00002),
      integerValue(2_000_000),
      null,
    ].map((value) => cell(value));
    assert.deepEqual(values(rows), ['100', '81.4', '1.13965e+07', '2e-05', '2e+06', '']);
  });

  test('keeps whole numbers whole when all are', () => {
    assert.deepEqual(values([cell(integerValue(11396503)), cell(null), cell(integerValue(0))]), ['11396503', '', '0']);
  });

  test('is a header alone without rows', () => {
    assert.equal(
      markdownTable([], 'right'),
      '|   Metric |   Task |   Value |   Unit |\n|---------:|-------:|--------:|-------:|',
    );
  });
});

test('csvTable writes numbers in full, quotes where needed and CRLF', () => {
  assert.equal(csvTable(summaryRows(exampleResults, options)), golden('summary.csv'));
});

describe('formatGeneral', () => {
  test('writes what printf writes', () => {
    const cases: readonly (readonly [number, string])[] = [
      [0, '0'],
      [100, '100'],
      [0.0271333333, '0.0271333'],
      [999999.5, '1e+06'],
      [999999.4, '999999'],
      [123456, '123456'],
      [1234567, '1.23457e+06'],
      [0.0001, '0.0001'],
      [0.00009999994, '9.99999e-05'],
      [0.000099999999, '0.0001'],
      [-1.5, '-1.5'],
      [1e100, '1e+100'],
      [Number.NaN, 'nan'],
      [Number.POSITIVE_INFINITY, 'inf'],
    ];
    for (const [value, text] of cases) assert.equal(formatGeneral(value), text);
  });

  test('is read back within its precision', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
        assert.ok(Math.abs(Number(formatGeneral(value)) - value) <= Math.abs(value) * 5.1e-6);
      }),
    );
  });
});

test('plainTable aligns text left and numbers right and ends lines without spaces', () => {
  const table = plainTable(
    ['Name', 'Description', 'Documents'],
    [
      ['geonames', 'POIs from\nGeonames', 11_396_503],
      ['x', null, 5],
    ],
  );
  assert.equal(
    table,
    [
      'Name      Description           Documents',
      '--------  ------------------  -----------',
      'geonames  POIs from Geonames     11396503',
      'x                                       5',
    ].join('\n'),
  );
  assert.equal(plainTable(['Name', 'Type'], []), 'Name    Type\n------  ------');
});
