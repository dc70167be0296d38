// Whatever form a secret is given in, it is in nothing that is written: log, console, results file, test_run.json,
// errors.
// Needs: time.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Services } from '../../src/cli/services.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { exampleResults, taskResults } from '../report/example-results.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

/** Characters that one grammar or another gives a meaning; a quoted value may hold them all. */
const secrets = fc
  .string({ unit: fc.constantFrom(...'abcdXYZ0189-_.~!:/%#?&+="\'\\ ;,{}[]()<>|$^*ü€'), minLength: 4, maxLength: 20 })
  .map((text) => `q${text.trim()}Z`)
  .filter((text) => !/\*{3}/.test(text));
const json = (options: Readonly<Record<string, unknown>>): string =>
  `--client-options=${JSON.stringify({ default: options })}`;
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** Headers have no room for other characters. */
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

interface Way {
  /** The secret itself, where the grammar does not let all characters through; default: as it was made. */
  readonly as?: (secret: string) => string;
  readonly words?: (secret: string) => readonly string[];
  readonly variables?: (secret: string) => Readonly<Record<string, string>>;
  readonly ini?: (secret: string) => string;
}

const ways: Readonly<Record<string, Way>> = {
  'the password of an address': { words: (secret) => [`--target-hosts=http://u:${encodeURIComponent(secret)}@h:9200`] },
  'the password of an address that is not encoded': {
    as: (secret) => secret.replaceAll(/[%,?#\s{}"]/g, '/'),
    words: (secret) => [`--target-hosts=http://u:${secret}@h`],
  },
  'the password of an address without a scheme': {
    words: (secret) => [`--target-hosts=user:${encodeURIComponent(secret)}@h:9200`],
  },
  'the password of an address that cannot be read': {
    words: (secret) => [`--target-hosts=http://u:${encodeURIComponent(secret)}@h:x`],
  },
  'an address whose end is missing': { words: (secret) => [`--target-hosts=http://u:${encodeURIComponent(secret)}`] },
  'hosts as JSON': {
    words: (secret) => [`--target-hosts=${JSON.stringify({ default: [{ host: 'h', http_auth: ['u', secret] }] })}`],
  },
  'options as JSON': { words: (secret) => [json({ basic_auth_user: 'u', basic_auth_password: secret })] },
  'options as a list': {
    words: (secret) => [`--client-options=basic_auth_user:u,basic_auth_password:${quoted(secret)}`],
  },
  'short flags': { words: (secret) => [`-cbasic_auth_user:u,basic_auth_password:${quoted(secret)}`] },
  'an option that is misspelt': {
    words: (secret) => [`--client-options=basic_auth_user:u,basic_auth_pasword:${quoted(secret)}`],
  },
  'an option that nobody knows': {
    words: (secret) => [json({ client_key_passphrase: secret, other: { deep: [secret] } })],
  },
  'a password without a user': { words: (secret) => [json({ basic_auth_password: secret })] },
  http_auth: { words: (secret) => [json({ http_auth: `u:${secret}` })] },
  'a header': { as: base64url, words: (secret) => [json({ headers: { 'X-Api-Key': secret } })] },
  'a token in a header': {
    as: base64url,
    words: (secret) => [json({ headers: { Authorization: `Bearer ${secret}` } })],
  },
  'AWS keys': {
    words: (secret) => [
      json({
        amazon_aws_log_in: 'client_option',
        aws_access_key_id: 'AKIA1',
        aws_secret_access_key: secret,
        region: 'r',
        service: 'es',
      }),
    ],
  },
  'a session token': {
    words: (secret) => [
      json({
        amazon_aws_log_in: 'client_option',
        aws_access_key_id: 'AKIA1',
        aws_secret_access_key: 'key2',
        aws_session_token: secret,
        region: 'r',
        service: 'es',
      }),
    ],
  },
  'the environment': { variables: (secret) => ({ OSB_BASIC_AUTH_USER: 'u', OSB_BASIC_AUTH_PASSWORD: secret }) },
  'another variable': { variables: (secret) => ({ OSB_SOMETHING: secret, MY_API_KEY: secret }) },
  'the address of a proxy': {
    variables: (secret) => ({ https_proxy: `http://u:${encodeURIComponent(secret)}@proxy:3128` }),
  },
  'a parameter of the workload': {
    words: (secret) => [`--workload-params=${JSON.stringify({ s3_secret_key: secret })}`],
  },
  // Files written for OpenSearch Benchmark double each %, so that is how a password with one is given.
  'the configuration': { ini: (secret) => `[reporting]\ndatastore.password = ${secret.replaceAll('%', '%%')}\n` },
  'the address of a repository': {
    ini: (secret) => `[workloads]\nmine.url = https://u:${encodeURIComponent(secret)}@git.example/w\n`,
  },
  'the wrong flag': { words: (secret) => [`--target-host-s=http://u:${encodeURIComponent(secret)}@h`] },
  'a word that belongs nowhere': { words: (secret) => [`http://u:${encodeURIComponent(secret)}@h`] },
};

/** What may be written of a secret by a careless server or library. */
function echoes(secret: string): readonly string[] {
  const base64 = Buffer.from(`u:${secret}`).toString('base64');
  const whole = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    base64,
    Buffer.from(secret).toString('base64'),
  ];
  return [...whole, base64url(secret)];
}

/** An engine that repeats the secret wherever it can, in results and in the error. */
const careless = (secret: string): Services => ({
  runTest: async ({ naming, results: kept }, { listener }) => {
    const said = [...echoes(secret).map((echo) => `no: (${echo})`), `cut ${secret.slice(0, -1)}…`];
    for (const message of said) listener?.({ kind: 'warning', message });
    const errors = said.map((example, index) => ({ kind: `HTTP 50${index}`, count: 1, example }));
    const results = {
      ...exampleResults,
      tasks: [taskResults('t', { errors, errorRate: 1, requests: 9 })],
      driverWarnings: said,
    };
    const testRun = {
      benchmarkVersion: '1',
      benchmarkRevision: null,
      environment: naming?.environment ?? '',
      id: naming?.testRunId ?? '',
      timestamp: naming?.timestamp ?? 0,
      pipeline: 'benchmark-only',
      userTags: { said: secret },
      workload: 'w',
      workloadRevision: null,
      workloadParams: new Map([['s3_secret_key', secret]]),
      testProcedure: 'p',
      clusterConfig: ['external'],
      cluster: { revision: null, distributionVersion: null, distributionFlavor: null },
      results,
    };
    for (const sink of kept?.sinks ?? []) await sink.write(testRun);
    const cause = new Error(said.join('\n'));
    const error = new BenchmarkError('OPERATION_FAILED', `It failed. ${said[0]}`, {
      cause,
      problems: said.map((message) => ({ message })),
      hint: said[1],
    });
    return { status: 'failed', results, testRun, error };
  },
});

/** All files below a directory, and what was printed. */
function written(home: string, printed: string): readonly (readonly [place: string, text: string])[] {
  const files = readdirSync(home, { recursive: true })
    .map((name) => join(home, String(name)))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.ini'));
  return [['console', printed], ...files.map((path) => [path, readFileSync(path, 'utf8')] as const)];
}

async function run(home: string, way: Way, secret: string): Promise<readonly (readonly [string, string])[]> {
  if (way.ini !== undefined) {
    mkdirSync(join(home, '.benchmark'), { recursive: true });
    writeFileSync(join(home, '.benchmark', 'benchmark.ini'), way.ini(secret));
  }
  const words = ['run', '--workload=w', '--results-file=summary.md', '--offline', ...(way.words?.(secret) ?? [])];
  const { stdout, stderr } = await runInMemory(home, words, {
    variables: way.variables?.(secret) ?? {},
    services: careless(secret),
  });
  return written(home, `${stdout}\n${stderr}`);
}

describe('a secret is nowhere to be read when it is given as', () => {
  for (const [name, way] of Object.entries(ways)) {
    it(name, async () => {
      const home = temporaryDirectory();
      await fc.assert(
        fc.asyncProperty(secrets.map(way.as ?? ((secret) => secret)), async (secret) => {
          for (const [place, text] of await run(home, way, secret)) {
            for (const echo of echoes(secret)) assert.ok(!text.includes(echo), `${place} holds ${echo}:\n${text}`);
            assert.ok(!text.includes(secret.slice(0, 6)), `${place} holds the beginning of ${secret}:\n${text}`);
          }
          rmSync(home, { recursive: true });
          mkdirSync(home);
        }),
        { numRuns: 4 },
      );
    });
  }
});

it('the log shows the command line as it was understood', async () => {
  const home = temporaryDirectory();
  await runInMemory(
    home,
    ['run', '--workload=w', '-tid', 'one', '--target-hosts=h', '--latency-perc=50,99', '--test-mode', '--offline'],
    {
      services: careless('nothing-secret'),
    },
  );
  const log = readFileSync(join(home, '.benchmark', 'logs', 'benchmark.log'), 'utf8');
  assert.match(
    log,
    /: run --workload=w --test-run-id=one --target-hosts=\*{5} --latency-percentiles=\[50,99\] --test-mode --offline\n/,
  );
  assert.match(log, /Targets: default: http:\/\/h:9200/);
});
