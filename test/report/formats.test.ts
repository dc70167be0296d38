import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executeTestFlags } from '../../src/cli/commands/execute-test-flags.ts';
import { summaryFormatNames, summaryFormats } from '../../src/report/formats.ts';
import { floatValue } from '../../src/report/row.ts';

test('the choices of --results-format are the formats of the table, and each renders its own way', () => {
  assert.deepEqual(executeTestFlags.resultsFormat.placeholder, `{${summaryFormatNames.join(',')}}`);
  const rows = [{ metric: 'error rate', task: 'a, b', value: floatValue(0.5), unit: '%' }];
  const texts = summaryFormatNames.map((name) => summaryFormats[name].render(rows, 'right'));
  assert.equal(new Set(texts).size, summaryFormatNames.length);
  assert.ok(texts.every((text) => text.endsWith('\n')));
  assert.equal(summaryFormats.csv.render(rows, 'right'), 'Metric,Task,Value,Unit\r\nerror rate,"a, b",0.5,%\r\n');
});
