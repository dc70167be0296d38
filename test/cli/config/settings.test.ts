// Where the configuration lies, how it is made, and what is read from it.
import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { locationsIn } from '../../../src/cli/config/locations.ts';
import { loadSettings, officialWorkloads, readSettings } from '../../../src/cli/config/settings.ts';
import { BenchmarkError } from '../../../src/errors.ts';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'osb-settings-')));
after(() => rmSync(base, { recursive: true, force: true }));
let home = '';
let number = 0;
beforeEach(() => {
  home = join(base, String(number++));
  mkdirSync(home);
});

describe('the configuration directory', () => {
  it('is ~/.benchmark, with ~/.osb as a link to it', () => {
    const settings = loadSettings({}, home, null);
    assert.equal(settings.locations.directory, join(home, '.benchmark'));
    assert.equal(settings.locations.logDirectory, join(home, '.benchmark', 'logs'));
    assert.equal(readlinkSync(join(home, '.osb')), '.benchmark');
    assert.equal(settings.rootDirectory, join(home, '.benchmark', 'benchmarks'));
    assert.equal(settings.dataDirectory, join(home, '.benchmark', 'benchmarks', 'data'));
    assert.equal(settings.workloadsDirectory, join(home, '.benchmark', 'benchmarks', 'workloads'));
  });

  it('lies below BENCHMARK_HOME if that is set', () => {
    assert.equal(
      loadSettings({ BENCHMARK_HOME: home }, '/nonexistent', null).file,
      join(home, '.benchmark', 'benchmark.ini'),
    );
  });

  it('is ~/.osb if that is a real directory, which is never deleted', () => {
    mkdirSync(join(home, '.osb'));
    writeFileSync(join(home, '.osb', 'precious'), 'x');
    assert.equal(loadSettings({}, home, null).locations.directory, join(home, '.osb'));
    assert.equal(readFileSync(join(home, '.osb', 'precious'), 'utf8'), 'x');
  });

  it('leaves a file or a link of that name alone', () => {
    writeFileSync(join(home, '.osb'), 'x');
    assert.equal(loadSettings({}, home, null).locations.directory, join(home, '.benchmark'));
    assert.equal(readFileSync(join(home, '.osb'), 'utf8'), 'x');
    rmSync(join(home, '.osb'));
    symlinkSync('/nonexistent', join(home, '.osb'));
    loadSettings({}, home, null);
    assert.equal(readlinkSync(join(home, '.osb')), '/nonexistent');
  });

  it('gets an ini file once, which is never written again', () => {
    const { file } = loadSettings({}, home, null);
    writeFileSync(file, '[system]\nenv.name = mine\n');
    assert.equal(loadSettings({}, home, null).environmentName, 'mine');
    assert.equal(readFileSync(file, 'utf8'), '[system]\nenv.name = mine\n');
  });

  it('has one ini file per configuration name', () => {
    assert.equal(loadSettings({}, home, 'ci').file, join(home, '.benchmark', 'benchmark-ci.ini'));
    assert.ok(lstatSync(join(home, '.benchmark', 'benchmark-ci.ini')).isFile());
    assert.throws(() => loadSettings({}, home, '../x'), /may only have letters/);
  });

  it('that cannot be made is an error', () => {
    writeFileSync(join(home, '.benchmark'), 'a file');
    assert.throws(
      () => loadSettings({}, home, null),
      (error) => error instanceof BenchmarkError && error.code === 'CONFIG',
    );
  });
});

describe('readSettings', () => {
  const read = (text: string) => readSettings('/c/benchmark.ini', text, locationsIn('/c'), '/home/u');

  it('has a default for everything', () => {
    const settings = read('');
    assert.deepEqual(
      [
        settings.environmentName,
        settings.cores,
        settings.rootDirectory,
        settings.datastoreType,
        settings.showProcessingTime,
        settings.isServerless,
      ],
      ['local', null, '/c/benchmarks', 'in-memory', false, false],
    );
    assert.deepEqual([...settings.workloadRepositories], [['default', officialWorkloads]]);
  });

  it('can take every target for a serverless collection', () => {
    assert.equal(read('[worker_coordinator]\nserverless.mode = true\n').isServerless, true);
    assert.throws(() => read('[worker_coordinator]\nserverless.mode = perhaps\n'), BenchmarkError);
  });

  it('reads sections of both generations, the newer one first', () => {
    assert.equal(read('[results_publishing]\ndatastore.type = opensearch\n').datastoreType, 'opensearch');
    assert.equal(
      read('[results_publishing]\ndatastore.type = opensearch\n[reporting]\ndatastore.type = in-memory\n')
        .datastoreType,
      'in-memory',
    );
  });

  it('expands ~ and sets relative paths below their base', () => {
    const settings = read(
      '[node]\nroot.dir = ~/osb\n[benchmarks]\nlocal.dataset.cache = corpora\nworkload.repository.dir = w\n',
    );
    assert.deepEqual(
      [settings.rootDirectory, settings.dataDirectory, settings.workloadsDirectory],
      ['/home/u/osb', '/home/u/osb/corpora', '/home/u/osb/w'],
    );
  });

  it('reads repositories; an empty address is a local one', () => {
    assert.deepEqual(
      [...read('[workloads]\ndefault.url = g\nmine.url =\n').workloadRepositories],
      [
        ['default', 'g'],
        ['mine', null],
      ],
    );
  });

  it('refuses a file of a newer version, and reads older ones', () => {
    const problemOf = (version: string): string => {
      try {
        read(`[meta]\nconfig.version = ${version}\n`);
        return '';
      } catch (error) {
        assert.ok(error instanceof BenchmarkError && error.code === 'CONFIG');
        return `${error.problems[0]?.line}: ${error.problems[0]?.message}`;
      }
    };
    assert.deepEqual(['', '0', '16', '17'].map(problemOf), ['', '', '', '']);
    assert.equal(
      problemOf('18'),
      "2: config.version in [meta] is '18', but must be at most 17: a newer program has written this file",
    );
    assert.equal(problemOf('new'), "2: config.version in [meta] is 'new', but must be a whole number");
  });

  it('reports all problems with their lines', () => {
    const text = '[system]\navailable.cores = none\n[reporting]\ndatastore.type = sql\noutput.processingtime = maybe\n';
    assert.throws(
      () => read(text),
      (error) => {
        assert.ok(error instanceof BenchmarkError);
        assert.equal(error.code, 'CONFIG');
        assert.deepEqual(
          error.problems.map(({ file, line, message }) => [file, line, message]),
          [
            ['/c/benchmark.ini', 2, "available.cores in [system] is 'none', but must be a positive whole number"],
            ['/c/benchmark.ini', 4, "datastore.type in [reporting] is 'sql', but must be one of in-memory, opensearch"],
            ['/c/benchmark.ini', 5, "output.processingtime in [reporting] is 'maybe', but must be true or false"],
          ],
        );
        return true;
      },
    );
  });
});
