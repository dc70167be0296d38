// The grammar of conditions of a search for the highest rate.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConditionProblem, parseConditions } from '../../src/control/condition.ts';

const wordsOf = (text: string): readonly string[] => parseConditions(text).map((condition) => condition.text);

test('figures, units and spellings', () => {
  assert.deepEqual(parseConditions('p99.9 latency<=1.5s'), [
    { kind: 'quantile', column: 'latency', share: 0.999, limit: 1500, text: 'p99.9 latency < 1.5 s' },
    { kind: 'throughput', least: 0.95, text: 'throughput > 95 % of target' },
  ]);
  assert.deepEqual(
    wordsOf('Mean Service_Time < 20 ms , max processing time < 2s,error rate < 0.1%, throughput >= 99%'),
    ['mean service time < 20 ms', 'max processing time < 2 s', 'error rate < 0.1 %', 'throughput > 99 % of target'],
  );
});

test('wrong conditions say what is missing, and where', () => {
  const table = [
    [
      '',
      'there is no figure such as "p99 latency", "mean service time", "error rate" or "throughput" at character 1 of \'\': \'\'',
    ],
    ['p99 latency < 100', 'there is no unit, "ms" or "s", at character 18 of \'p99 latency < 100\': \'\''],
    ['p99 latency > 100ms', "there is no \"<\" at character 13 of 'p99 latency > 100ms': '> 100ms'"],
    [
      'p99 < 100ms',
      'there is neither "latency" nor "service time" nor "processing time" at character 5 of \'p99 < 100ms\': \'< 100ms\'',
    ],
    ['p101 latency < 1s', /no figure such as/],
    ['error rate < 5', /there is no "%" at character 15/],
    ['error rate < 500%', /no percentage above 0 and up to 100 at character 14/],
    ['p99 latency < 0ms', /no time above 0/],
    ['p99 latency < 1ms error rate < 1%', /there is no comma at character 19/],
    ['p99 latency < 1ms,,', /character 19/],
    ['speed < 1', /character 1 of/],
  ] as const;
  for (const [text, message] of table)
    assert.throws(() => parseConditions(text), { name: 'ConditionProblem', message }, text);
});

test('law: no text makes it throw anything else', () => {
  const parts = fc.constantFrom(
    'p99',
    ' ',
    'latency',
    '<',
    '100',
    'ms',
    '%',
    ',',
    'error rate',
    'throughput',
    '>',
    'max',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts).map((words) => words.join('')),
      ),
      (text) => {
        try {
          assert.ok(parseConditions(text).length >= 1);
        } catch (error) {
          assert.ok(error instanceof ConditionProblem, String(error));
        }
      },
    ),
  );
});
