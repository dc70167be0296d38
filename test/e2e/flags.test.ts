// Words that are typed wrong, abbreviated, or ask for what this version has not.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertClean, type Ended, Home } from './benchmark-process.ts';
import { type FakeOpenSearch, startFakeOpenSearch } from './fake-opensearch.ts';
import { rootRequest, workloadJson } from './small-workloads.ts';

describe('the command line', { concurrency: 3 }, () => {
  const home = new Home();
  let target: FakeOpenSearch;
  let path = '';
  before(async () => {
    target = await startFakeOpenSearch();
    path = home.workload('w', { 'workload.json': workloadJson({ schedule: [rootRequest(1)] }) });
  });
  after(async () => {
    home.dispose();
    await target.close();
  });

  /** A usage error: exit code 2, the usage and the complaint on standard error, nothing on standard output. */
  function assertUsage(ended: Ended, complaint: RegExp): void {
    assert.equal(ended.code, 2, ended.stderr);
    assert.equal(ended.stdout, '');
    assert.match(ended.stderr, /^usage: opensearch-benchmark /);
    assert.match(ended.stderr, complaint);
  }

  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown flag, with the nearest one', ['run', '--taget-hosts=x'], /unknown flag --taget-hosts.*--target-hosts/],
    ['an unknown flag that resembles nothing', ['run', '--xyzzy'], /unknown flag --xyzzy/],
    [
      'an ambiguous prefix, with what it may mean',
      ['run', '--workload-p=x'],
      /--workload-p.*--workload-params.*--workload-path|--workload-path.*--workload-params/,
    ],
    ['an unknown command, with the nearest one', ['exceute-test'], /unknown command exceute-test.*(execute-test|run)/],
    ['a flag before the command', ['--quiet', 'list', 'workloads'], /--quiet.*after the command/],
    ['a value that is none of the choices', ['run', '--results-format=xml'], /--results-format.*xml.*markdown/],
    ['a flag without its value', ['run', '--workload'], /--workload.*(value|needs)/],
    ['a number that is none', ['run', '--latency-percentiles=50,abc'], /--latency-percentiles.*abc/],
    [
      'flags that exclude each other',
      ['run', '--include-tasks=a', '--exclude-tasks=b'],
      /--include-tasks.*--exclude-tasks/,
    ],
    ['a word too many', ['run', 'something'], /something/],
    ['something unknown to list', ['list', 'wrkloads'], /wrkloads.*workloads/],
  ];
  for (const [what, words, complaint] of mistakes) {
    test(`refuses ${what}`, async () => assertUsage(await home.run(words), complaint));
  }

  test('takes unique prefixes, the names of 1.x and values in both notations', async () => {
    const ended = await home.run([
      'execute-test',
      '--workload-pat',
      path,
      `--target-h=${target.host}`,
      '--test-execution-id',
      'by-prefix',
      '--pipel=benchmark-only',
    ]);
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(home.testRunIds().includes('by-prefix'));
  });

  test('refuses what is not built, and says what to do instead', async () => {
    for (const words of [['--pipeline=from-distribution'], ['--distribution-version=3.0.0']]) {
      const ended = await home.run(['run', `--workload-path=${path}`, `--target-hosts=${target.host}`, ...words]);
      assert.ok(ended.code === 64 || ended.code === 2, `${words}: ${ended.code}`);
      assert.match(ended.stderr, /not (in|built|supported)/i, words.join());
    }
  });

  test('helps', async () => {
    const help = await home.run(['run', '--help'], { env: { COLUMNS: '100' } });
    assert.equal(help.code, 0);
    for (const flag of ['--target-hosts', '--workload-params', '--client-options', '--results-file', '--on-error'])
      assert.ok(help.stdout.includes(flag), flag);
    for (const line of help.stdout.split('\n')) assert.ok([...line].length <= 100, line);
    const nothing = await home.start([]).ended;
    assertClean(nothing);
    assert.equal(nothing.code, 1);
    assert.match(nothing.stdout, /execute-test|run/);
  });

  test('lists pipelines, and test runs where there are none', async () => {
    const pipelines = await home.run(['list', 'pipelines']);
    assert.equal(pipelines.code, 0);
    assert.match(pipelines.stdout, /benchmark-only/);
    const fresh = new Home();
    const runs = await fresh.run(['list', 'test-runs']);
    fresh.dispose();
    assert.equal(runs.code, 0, runs.stderr);
    assert.match(runs.stdout, /No (recent )?test[- ]runs/i);
  });
});
