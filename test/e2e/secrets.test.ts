// Credentials reach the target, and nothing else.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { assertFailure, type Ended, type Home, taskOf, temporaryHome } from './benchmark-process.ts';
import { sendJson, startFakeOpenSearch } from './fake-opensearch.ts';
import { workloadJson } from './small-workloads.ts';

const password = 'pa$s;w0rd%with"signs';
const encoded = Buffer.from(`someone:${password}`).toString('base64');
const forms: readonly string[] = [
  password,
  encodeURIComponent(password),
  encoded,
  JSON.stringify(password).slice(1, -1),
];

/** Everything that a run has written, and everything that it printed. */
function traces(home: Home, ended: Ended): readonly (readonly [string, string])[] {
  const files = readdirSync(home.directory, { recursive: true })
    .map((name) => home.path(String(name)))
    .filter((path) => statSync(path).isFile());
  return [
    ['stdout', ended.stdout],
    ['stderr', ended.stderr],
    ...files.map((path): [string, string] => [path, readFileSync(path, 'utf8')]),
  ];
}

function assertSecret(home: Home, ended: Ended): void {
  assert.ok(home.log().length > 0);
  for (const [place, text] of traces(home, ended)) {
    for (const form of forms) assert.ok(!text.includes(form), `${place} holds ${form}`);
  }
}

interface Way {
  readonly how: string;
  readonly words: (host: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const ways: readonly Way[] = [
  {
    how: 'client options as JSON',
    words: (host) => [
      `--target-hosts=${host}`,
      `--client-options=${JSON.stringify({ default: { basic_auth_user: 'someone', basic_auth_password: password } })}`,
    ],
  },
  {
    how: 'client options as a list',
    words: (host) => [
      `--target-hosts=${host}`,
      `--client-options=basic_auth_user:someone,basic_auth_password:'${password}',timeout:9`,
    ],
  },
  { how: 'the address', words: (host) => [`--target-hosts=http://someone:${encodeURIComponent(password)}@${host}`] },
  {
    how: 'the environment',
    words: (host) => [`--target-hosts=${host}`],
    env: { OSB_BASIC_AUTH_USER: 'someone', OSB_BASIC_AUTH_PASSWORD: password },
  },
];

describe('a password given in', { concurrency: 4 }, () => {
  const run = (home: Home, way: Way, host: string): Promise<Ended> => {
    const path = home.workload('w', {
      'workload.json': workloadJson({
        schedule: [
          { name: 'look', operation: { name: 'look', 'operation-type': 'raw-request', path: '/look' }, iterations: 3 },
        ],
      }),
    });
    return home.run(
      ['run', `--workload-path=${path}`, ...way.words(host), '--results-file=summary.md'],
      way.env === undefined ? {} : { env: way.env },
    );
  };
  const fake = async (context: TestContext, status: number, path: RegExp) => {
    const server = await startFakeOpenSearch((request, response) => {
      if (!path.test(request.url ?? '')) return false;
      // A careless server repeats what it was sent.
      sendJson(response, status, {
        error: { type: 'security_exception', reason: `no: ${request.headers.authorization}` },
        status,
      });
      return true;
    });
    context.after(() => server.close());
    return server;
  };

  for (const way of ways) {
    test(`${way.how} is sent with every request and kept to itself`, async (context) => {
      const home = temporaryHome(context);
      const server = await fake(context, 500, /^\/look/);
      const ended = await run(home, way, server.host);
      assert.equal(ended.code, 0, ended.stderr);
      assert.equal(taskOf(home.testRun(), 'look').errors, 3);
      assert.ok(server.headers.length > 5);
      for (const { authorization } of server.headers) assert.equal(authorization, `Basic ${encoded}`);
      assertSecret(home, ended);
    });

    test(`${way.how} is not in the message when it is refused`, async (context) => {
      const home = temporaryHome(context);
      const server = await fake(context, 401, /./);
      const ended = await run(home, way, server.host);
      assertFailure(ended, 'CREDENTIALS', /401/);
      assertSecret(home, ended);
      const forbidden = await fake(context, 403, /./);
      const second = await run(home, way, forbidden.host);
      assertFailure(second, 'CREDENTIALS', /403/);
      assertSecret(home, second);
    });

    test(`${way.how} is not in the message when nobody answers or TLS fails`, async (context) => {
      const home = temporaryHome(context);
      const server = await fake(context, 500, /^\/look/);
      const words = way
        .words(server.host)
        .map((word) =>
          word.replace('http://', 'https://').replace(/^--target-hosts=127/, '--target-hosts=https://127'),
        );
      const ended = await run(home, { ...way, words: () => words }, server.host);
      assertFailure(ended, 'TLS', /does not speak TLS/);
      assertSecret(home, ended);
    });
  }

  test('options that cannot be read is not repeated', async (context) => {
    const home = temporaryHome(context);
    const text = encodeURIComponent(password);
    const options = `{"default": {"basic_auth_user": "someone", "basic_auth_password": "${text}",}}`;
    const ended = await run(
      home,
      { how: '', words: (host) => [`--target-hosts=${host}`, `--client-options=${options}`] },
      '127.0.0.1:1',
    );
    assert.ok([2, 64].includes(ended.code ?? 0), String(ended.code));
    for (const [place, text] of traces(home, ended))
      for (const form of forms) assert.ok(!text.includes(form), `${place}: ${text}`);
  });
});
