// Whole command lines: exit codes, streams, help, failures.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { daemonProgram } from '../../src/cli/program.ts';
import { packageRoot, packageVersion } from '../../src/package.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const home = temporaryDirectory();

describe('exit codes', () => {
  const table: readonly (readonly [words: readonly string[], code: number, output: RegExp])[] = [
    [[], 1, /^usage: opensearch-benchmark COMMAND/],
    [['--help'], 0, /^usage: opensearch-benchmark COMMAND/],
    [['--version'], 0, new RegExp(`^opensearch-benchmark ${packageVersion.replaceAll('.', '\\.')}\\n$`)],
    [['-v'], 0, /^opensearch-benchmark \d/],
    [['lst'], 2, /error: unknown command lst; did you mean list\?/],
    [['zzz'], 2, /error: unknown command zzz; choose from run, list/],
    [['--quiet', 'list', 'pipelines'], 2, /unknown flag --quiet; flags belong after the command/],
    [
      ['run', '--workload=x', '--nope'],
      2,
      /^usage: opensearch-benchmark run \[flags\]\nopensearch-benchmark run: error: unknown flag --nope/,
    ],
    [['run', '--on-error=x'], 2, /invalid choice 'x'/],
    [['run', '--worker-ips='], 2, /--worker-ips.*nothing is listed; is a variable of the shell empty/],
    [['run', '--worker-ips=,'], 2, /--worker-ips.*nothing is listed/],
    [['run', '--worker-ips=127.0.0.2,'], 2, /--worker-ips.*has an empty item/],
    [['run', '--target-hosts='], 2, /--target-hosts.*it is empty/],
    [['run', '--include-tasks='], 2, /--include-tasks.*nothing is listed/],
    [['run', '--include-tasks=a', '--exclude-tasks=b'], 2, /--include-tasks and --exclude-tasks exclude each other/],
    [
      ['run', '--workload-path=a', '--workload-repository=b'],
      2,
      /--workload-repository and --workload-path exclude each other/,
    ],
    [['run', '--distribution-version=2.x'], 2, /not a version/],
    [['run', '--test-run-id=../x'], 2, /cannot name a directory/],
    [['run', '--test-run-id=a\u001bb'], 2, /'a\u241bb' cannot name a directory/],
    [['run', `--test-run-id=${'ü'.repeat(101)}`], 2, /an id of 202 bytes is too long; the most is 200/],
    [['run', 'x', '--workload=w'], 2, /unexpected argument 'x'/],
    [['list'], 2, /WHAT is missing \(choose from workloads/],
    [['list', 'workload'], 2, /invalid choice 'workload' for WHAT; did you mean workloads\?/],
    [['run'], 64, /Cannot run\. No workload is given\.\nWhat to do: Use --workload=NAME or --workload-path=PATH\./],
    [['execute-test'], 64, /Cannot execute-test\. No workload is given\./],
    [['run', '-w=a', '--workload-path=b'], 64, /--workload and --workload-path exclude each other/],
    [
      ['run', '--workload-path=b', '--workload-revision=c'],
      64,
      /--workload-revision and --workload-path exclude each other/,
    ],
    [['run', '-w=a', '--distribution-version=3.0.0'], 64, /asks for a cluster to be provisioned/],
    [['install', '--node-name=a'], 64, /Cannot install\. The command install is not in this version\./],
    [['install', '--help'], 0, /usage: opensearch-benchmark install.*This command is not in this version/s],
    [['list', 'telemetry'], 0, /node-stats +Heap, garbage collection/],
    [['list', 'cluster-configs'], 64, /Listing cluster-configs is not in this version/],
    [['list', 'pipelines'], 0, /benchmark-only/],
    [['list', 'test-runs'], 0, /No recent test-runs found\./],
    [['list', 'test_executions', '--offline'], 0, /No recent test-runs found\./],
  ];
  for (const [words, code, output] of table) {
    it(`${code}: ${words.join(' ') || 'no arguments'}`, async () => {
      const result = await runInMemory(home, words);
      assert.equal(result.code, code, result.stderr);
      assert.match(code === 2 || code === 64 ? result.stderr : result.stdout, output);
    });
  }

  it('130 when a command is cancelled that does not look at the signal', async () => {
    const { code, stdout } = await runInMemory(home, ['list', 'pipelines'], { signal: AbortSignal.abort() });
    assert.equal(code, 130);
    assert.match(stdout, /\[WARNING\] Cancelled\.\n/);
  });
});

describe('help', () => {
  for (const columns of [60, 80, 120]) {
    it(`of run fits into ${columns} columns`, async () => {
      const { stdout } = await runInMemory(home, ['run', '--help'], { columns });
      const tooLong = stdout.split('\n').filter((line) => line.length > columns);
      assert.deepEqual(tooLong, []);
    });
  }

  it('follows COLUMNS', async () => {
    const narrow = await runInMemory(home, ['list', '--help'], { variables: { COLUMNS: '60' }, columns: 120 });
    const wide = await runInMemory(home, ['list', '--help'], { columns: 120 });
    assert.ok(narrow.stdout.split('\n').every((line) => line.length <= 60));
    assert.ok(wide.stdout.split('\n').some((line) => line.length > 80));
  });

  const golden: readonly (readonly [file: string, words: readonly string[]])[] = [
    ['help.txt', ['--help']],
    ['help-run.txt', ['run', '--help']],
    ['help-list.txt', ['list', '-h']],
  ];
  for (const [file, words] of golden) {
    it(`${words.join(' ')} looks as in ${file}`, async () => {
      const path = join(packageRoot, 'test', 'cli', 'golden', file);
      const { stdout } = await runInMemory(home, words);
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, stdout);
      assert.equal(stdout, readFileSync(path, 'utf8'));
    });
  }

  it('of a command names the spelling that was typed', async () => {
    assert.match(
      (await runInMemory(home, ['execute-test', '--help'])).stdout,
      /^usage: opensearch-benchmark execute-test \[flags\]\n/,
    );
  });
});

describe('output', () => {
  it('of a failure has causes, help and a final line, on the right streams', async () => {
    const { stdout, stderr } = await runInMemory(home, ['run']);
    assert.equal(
      stderr,
      '[ERROR] ❌ Cannot run. No workload is given.\nWhat to do: Use --workload=NAME or --workload-path=PATH.\n',
    );
    const tail = stdout.slice(stdout.indexOf('\nGetting further help:'));
    assert.equal(
      tail,
      `
Getting further help:
*********************
* Check the log files in ${join(home, '.benchmark', 'logs')} for details.
* Look up the error code USAGE in docs/errors.md of this package.
* Read the documentation at https://docs.opensearch.org/latest/benchmark/.
* Ask in the forum at https://forum.opensearch.org/c/performance/.

---------------------------------
[INFO] ❌ FAILURE (took 0 seconds)
---------------------------------
`,
    );
  });

  it('has no escape sequences when it is not a terminal, and when NO_COLOR is set or TERM is dumb', async () => {
    const escapes = async (options: Parameters<typeof runInMemory>[2]) =>
      (await runInMemory(home, ['run'], options)).stdout.includes('\u001b[');
    assert.equal(await escapes({}), false);
    assert.equal(await escapes({ isTTY: true }), true);
    assert.equal(await escapes({ isTTY: true, variables: { NO_COLOR: '1' } }), false);
    assert.equal(await escapes({ isTTY: true, variables: { TERM: 'dumb' } }), false);
  });

  it('is silent with --quiet, failures included', async () => {
    assert.deepEqual(await runInMemory(home, ['list', 'pipelines', '--quiet']), { code: 0, stdout: '', stderr: '' });
    assert.deepEqual(await runInMemory(home, ['run', '--quiet']), { code: 64, stdout: '', stderr: '' });
  });

  it('begins with a banner of six lines', async () => {
    const { stdout } = await runInMemory(home, ['list', 'pipelines']);
    assert.match(stdout, /^\n(.*\n){6}\nAvailable pipelines:\n/);
  });
});

describe('the log', () => {
  it('has the command line and the stack of a failure, but no secrets', async () => {
    const own = join(home, 'own');
    mkdirSync(own);
    const words = [
      'run',
      '--client-options=basic_auth_user:u,basic_auth_password:hunter22',
      '--target-hosts=https://u:hunter33@h',
    ];
    await runInMemory(own, words, { variables: { OSB_DATASTORE_PASSWORD: 'hunter44' } });
    const log = readFileSync(join(own, '.benchmark', 'logs', 'benchmark.log'), 'utf8');
    assert.match(log, /cli INFO opensearch-benchmark .*run --client-options=\*{5} --target-hosts=\*{5}\n/);
    assert.match(log, /cli ERROR BenchmarkError: No workload is given\.\n {4}at /);
    assert.doesNotMatch(log, /hunter/);
  });
});

describe('a broken configuration', () => {
  it('is an error with file and line', async () => {
    const own = join(home, 'broken');
    mkdirSync(join(own, '.benchmark'), { recursive: true });
    const file = join(own, '.benchmark', 'benchmark.ini');
    writeFileSync(file, '[reporting]\ndatastore.type = sql\n');
    const { code, stderr } = await runInMemory(own, ['list', 'test-runs']);
    assert.equal(code, 64);
    assert.match(
      stderr,
      /has a problem\.\n {2}- .*benchmark\.ini:2: datastore\.type in \[reporting\] is 'sql', but must be one of in-memory, opensearch\nWhat to do: Correct /,
    );
    assert.ok(existsSync(file));
  });
});

describe('opensearch-benchmarkd', () => {
  const table: readonly (readonly [words: readonly string[], code: number, output: RegExp])[] = [
    [[], 1, /start/],
    [['start', '--help'], 0, /--node-ip ADDRESS --coordinator-ip ADDRESS/],
    [['start'], 2, /--node-ip is required\n.*--coordinator-ip is required/],
    [
      ['start', '--node-ip=127.0.0.1', '--coordinator-ip=127.0.0.1', '--port=70000'],
      2,
      /70000 is too large, the largest port is 65535/,
    ],
    [
      ['start', '--node-ip=127.0.0.1', '--coordinator-ip=127.0.0.1', '--token-file=none'],
      64,
      /Cannot read the token file .*none/,
    ],
    [['status'], 3, /^Stopped\n$/],
    [['stop'], 64, /Actor system is not running/],
  ];
  for (const [words, code, output] of table) {
    it(`${code}: ${words.join(' ') || 'no arguments'}`, async () => {
      const result = await runInMemory(home, words, { program: daemonProgram });
      assert.equal(result.code, code);
      assert.match(result.stdout + result.stderr, output);
    });
  }
});

describe('a home that cannot be used', () => {
  it('is named with the reason, not as an internal error', async () => {
    const home = temporaryDirectory();
    writeFileSync(join(home, 'file'), '');
    const inFile = await runInMemory(home, ['list', 'test-runs'], {
      variables: { BENCHMARK_HOME: join(home, 'file') },
    });
    assert.equal(inFile.code, 64);
    assert.match(
      inFile.stderr,
      /Cannot make the configuration directory \.benchmark in .*file: a part of its path is a file, not a directory \(ENOTDIR\)/,
    );
    assert.match(inFile.stdout, /error code CONFIG/);
  });

  it('with a log that cannot be written is used without it, which is said', async () => {
    const home = temporaryDirectory();
    mkdirSync(join(home, '.benchmark', 'logs', 'benchmark.log'), { recursive: true });
    const { code, stdout } = await runInMemory(home, ['list', 'test-runs']);
    assert.equal(code, 0);
    assert.match(stdout, /\[WARNING\] The log .*benchmark\.log could not be written: it is a directory \(EISDIR\)\./);
  });
});

it('list test-runs says when the configured store is not the one that is read', async () => {
  const home = temporaryDirectory();
  mkdirSync(join(home, '.benchmark'));
  writeFileSync(
    join(home, '.benchmark', 'benchmark.ini'),
    '[meta]\nconfig.version = 17\n[reporting]\ndatastore.type = opensearch\n',
  );
  const { code, stdout } = await runInMemory(home, ['list', 'test-runs']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /\[WARNING\] The store of .*benchmark\.ini \(datastore\.type = opensearch\) is not read in this version/,
  );
});

it('--aggregate takes true or false', async () => {
  const { code, stderr } = await runInMemory(temporaryDirectory(), ['run', '--aggregate=maybe']);
  assert.equal(code, 2);
  assert.match(stderr, /--aggregate: 'maybe' is neither true nor false/);
});
