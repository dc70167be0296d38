// The texts around a failure, the results file and the final line.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { failureText } from '../../../src/cli/output/failure.ts';
import { finalLines, trailingStatus } from '../../../src/cli/output/final-line.ts';
import { openResultsFile, type ResultsFile, resultsFileOf } from '../../../src/cli/output/results-file.ts';
import { BenchmarkError } from '../../../src/errors.ts';
import { temporaryDirectory } from '../run-in-memory.ts';

const directory = temporaryDirectory();

/** The results file of a pipe, as soon as its reader has opened it. */
async function openOnceRead(path: string): Promise<ResultsFile> {
  for (;;) {
    try {
      return openResultsFile(path);
    } catch (error) {
      if (!/nobody reads/.test(String(error))) throw error;
      await setImmediate();
    }
  }
}

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
      '❌ Cannot run. The workload is wrong.\n  - w.json:3:7 at indices[0]: no name\n  - more\n\tconnect ' +
        'ECONNREFUSED\n\t\tno route\nWhat to do: Mend it.',
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
    assert.equal(
      finalLines('success', 0.4),
      `\n${'-'.repeat(33)}\n[INFO] ✅ SUCCESS (took 0 seconds)\n${'-'.repeat(33)}`,
    );
    assert.equal(
      finalLines('failure', 1234.6),
      `\n${'-'.repeat(36)}\n[INFO] ❌ FAILURE (took 1235 seconds)\n${'-'.repeat(36)}`,
    );
    assert.equal(trailingStatus('success', 4), '\n ✅ SUCCESS (took 4 seconds)\n');
  });
});

describe('the results file', () => {
  it('is appended to, in directories that are made', async () => {
    const path = join(directory, 'a', 'b', 'results.md');
    const file = openResultsFile(path);
    assert.equal(existsSync(path), false, 'made only when there is something to write');
    await file.append('one\n');
    await file.append('two\n');
    file.close();
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  });

  it('lies in the working directory, or below the home directory after ~', () => {
    const pathOf = (resultsFile: string) =>
      resultsFileOf(
        { environment: { workingDirectory: '/work', homeDirectory: '/home/u' } },
        { options: { resultsFile } },
      );
    assert.equal(pathOf('r.md'), '/work/r.md');
    assert.equal(pathOf('~/r.md'), '/home/u/r.md');
    assert.equal(pathOf('/tmp/r.md'), '/tmp/r.md');
  });

  it('that cannot be written is an error that names it', () => {
    writeFileSync(join(directory, 'file'), '');
    assert.throws(() => openResultsFile(join(directory, 'file', 'x')), /Cannot write the results file .*file\/x/);
  });

  it('may be a pipe, which its reader gets whole', async () => {
    const path = join(directory, 'read');
    execFileSync('mkfifo', [path]);
    const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const read = text(reader.stdout);
    const file = await openOnceRead(path);
    // More than a pipe holds at once.
    const table = '| x |\n'.repeat(50_000);
    await file.append(table);
    await file.append('the end\n');
    file.close();
    assert.equal(await read, `${table}the end\n`);
  });

  it('that is a pipe without a reader, or with one that went away, is not waited for', async () => {
    const path = join(directory, 'unread');
    execFileSync('mkfifo', [path]);
    assert.throws(() => openResultsFile(path), /unread: nobody reads from this pipe \(ENXIO\)/);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const file = openResultsFile(path);
    closeSync(reader);
    await assert.rejects(file.append('x'), /unread: nobody reads from this pipe any more \(EPIPE\)/);
    file.close();
  });
});
