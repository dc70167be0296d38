// The one error of the project: exit codes, passage as plain data, and how problems read.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BenchmarkError, causeMessages, formatProblem, fromWireError, toWireError } from '../src/errors.ts';

describe('BenchmarkError', () => {
  it('has the exit code of its code, unless told otherwise', () => {
    assert.equal(new BenchmarkError('USAGE', 'x').exitCode, 2);
    assert.equal(new BenchmarkError('USAGE', 'x', { exitCode: 64 }).exitCode, 64);
    assert.equal(new BenchmarkError('CANCELLED', 'x').exitCode, 130);
    assert.equal(new BenchmarkError('DISK', 'x').exitCode, 64);
  });

  it('survives the passage between threads with all it says', () => {
    const error = new BenchmarkError('CORPUS', 'outer', {
      hint: 'do this',
      problems: [{ file: 'f', message: 'p' }],
      cause: new Error('middle', { cause: new Error('inner') }),
    });
    const copy = fromWireError(structuredClone(toWireError(error)));
    assert.deepEqual(causeMessages(copy), ['outer', 'middle', 'inner']);
    assert.deepEqual(
      [copy.code, copy.hint, copy.exitCode, copy.problems],
      [error.code, error.hint, error.exitCode, error.problems],
    );
  });

  it('turns anything else that was thrown into INTERNAL', () => {
    assert.deepEqual([toWireError('text').code, toWireError('text').message], ['INTERNAL', 'text']);
  });
});

describe('formatProblem', () => {
  const table: readonly (readonly [problem: Parameters<typeof formatProblem>[0], text: string])[] = [
    [{ message: 'm' }, 'm'],
    [{ file: 'f', message: 'm' }, 'f: m'],
    [{ file: 'f', line: 3, message: 'm' }, 'f:3: m'],
    [{ file: 'f', line: 3, column: 4, path: 'a[0].b', message: 'm', hint: 'h' }, 'f:3:4 at a[0].b: m (h)'],
    [{ path: 'a[0]', message: 'm' }, 'a[0]: m'],
  ];
  for (const [problem, text] of table) it(text, () => assert.equal(formatProblem(problem), text));
});
