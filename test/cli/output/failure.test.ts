// The texts around a failure, the results file and the final line.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { failureText } from '../../../src/cli/output/failure.ts';
import { finalLines, trailingStatus } from '../../../src/cli/output/final-line.ts';
import { appendResults, resultsFileOf } from '../../../src/cli/output/results-file.ts';
import { BenchmarkError } from '../../../src/errors.ts';
import { temporaryDirectory } from '../run-in-memory.ts';

const directory = temporaryDirectory();

describe('the text of a failure', () => {
  it('has problems one per line, causes one tab deeper each, and what to do', () => {
    const cause = new Error('connect ECONNREFUSED', { cause: new Error('no route') });
    const error = new BenchmarkError('WORKLOAD_INVALID', 'The workload is wrong.', {
      cause,
      hint: 'Mend it.',
      problems: [{ file: 'w.json', line: 3, column: 7, path: 'indices[0]', message: 'no name' }, { message: 'more' }],
    });
    assert.equal(
      failureText('run', error),
      '❌ Cannot run. The workload is wrong.\n  - w.json:3:7 at indices[0]: no name\n  - more\n\tconnect ECONNREFUSED\n\t\tno route\nWhat to do: Mend it.',
    );
  });

  it('ends foreign messages with a full stop', () => {
    assert.equal(failureText('list', new Error('boom')), '❌ Cannot list. boom.');
  });

  it('is bounded', () => {
    const problems = Array.from({ length: 60 }, (_, index) => ({ message: `p${index}` }));
    const lines = failureText('run', new BenchmarkError('CONFIG', 'Wrong.', { problems })).split('\n');
    assert.equal(lines.length, 52);
    assert.equal(lines.at(-1), '  … and 10 more');
  });
});

describe('the final line', () => {
  it('has rules of its own length', () => {
    assert.equal(finalLines('success', 0.4), `\n${'-'.repeat(33)}\n[INFO] ✅ SUCCESS (took 0 seconds)\n${'-'.repeat(33)}`);
    assert.equal(finalLines('failure', 1234.6), `\n${'-'.repeat(36)}\n[INFO] ❌ FAILURE (took 1235 seconds)\n${'-'.repeat(36)}`);
    assert.equal(trailingStatus('success', 4), '\n ✅ SUCCESS (took 4 seconds)\n');
  });
});

describe('the results file', () => {
  it('is appended to, in directories that are made', async () => {
    const path = join(directory, 'a', 'b', 'results.md');
    await appendResults(path, 'one\n');
    await appendResults(path, 'two\n');
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  });

  it('lies in the working directory, or below the home directory after ~', () => {
    const pathOf = (resultsFile: string) =>
      resultsFileOf({ environment: { workingDirectory: '/work', homeDirectory: '/home/u' } }, { options: { resultsFile } });
    assert.equal(pathOf('r.md'), '/work/r.md');
    assert.equal(pathOf('~/r.md'), '/home/u/r.md');
    assert.equal(pathOf('/tmp/r.md'), '/tmp/r.md');
  });

  it('that cannot be written is an error that names it', async () => {
    writeFileSync(join(directory, 'file'), '');
    await assert.rejects(appendResults(join(directory, 'file', 'x'), ''), /Cannot write the results file .*file\/x/);
  });
});
