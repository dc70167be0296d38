// The grammars of targets and client options, and that no secret leaves them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { BenchmarkError, formatProblem } from '../../src/errors.ts';
import { defaultClientOptions } from '../../src/http/client-options.ts';
import { secretsOf } from '../../src/http/target-secrets.ts';
import { describeTargets, parseTargets, type TargetInput } from '../../src/http/targets.ts';
import { Secrets } from '../../src/secrets.ts';
import { createTestAuthority, type TestAuthority } from '../fakes/http-certificates.ts';

let authority: TestAuthority;
before(() => {
  authority = createTestAuthority();
});
after(() => authority.dispose());

const files = (content: Readonly<Record<string, string>>) => ({
  readFile: (path: string): string => {
    const text = content[path];
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return text;
  },
});

const parse = (targetHosts: string, clientOptions?: string, more: Partial<TargetInput> = {}) =>
  parseTargets({ targetHosts, clientOptions, ...more });
const endpoints = async (hosts: string, options?: string) => (await parse(hosts, options)).targets.default.endpoints;
const optionsOf = async (options?: string, more: Partial<TargetInput> = {}) =>
  (await parse('h', options, more)).targets.default.options;

/** The problems as lines; checks code and exit code. */
async function problems(hosts: string, options?: string, more: Partial<TargetInput> = {}): Promise<readonly string[]> {
  try {
    await parse(hosts, options, more);
  } catch (error) {
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.exitCode, 64);
    return error.problems.map(formatProblem);
  }
  return assert.fail('accepted');
}

const plain = { useTls: false, prefix: '', basicAuth: null };

test('hosts as text', async () => {
  assert.deepEqual(await endpoints(''), [{ host: '127.0.0.1', port: 9200, ...plain }]);
  assert.deepEqual(await endpoints('h'), [{ host: 'h', port: 9200, ...plain }]);
  assert.deepEqual(await endpoints(' h1:1 , h2:2,'), [
    { host: 'h1', port: 1, ...plain },
    { host: 'h2', port: 2, ...plain },
  ]);
  assert.deepEqual(await endpoints('http://h'), [{ host: 'h', port: 9200, ...plain }]);
  assert.deepEqual(await endpoints('https://h'), [{ host: 'h', port: 443, useTls: true, prefix: '', basicAuth: null }]);
  assert.deepEqual(await endpoints('h', 'use_ssl:true'), [
    { host: 'h', port: 9200, useTls: true, prefix: '', basicAuth: null },
  ]);
  assert.deepEqual(await endpoints('HTTPS://us%40er:p%3A%2F%2Cw@h.example:8443/a/b/'), [
    { host: 'h.example', port: 8443, useTls: true, prefix: '/a/b', basicAuth: { user: 'us@er', password: 'p:/,w' } },
  ]);
  assert.deepEqual(await endpoints('[::1]:9201,::1,http://[fe80::2]/x'), [
    { host: '::1', port: 9201, ...plain },
    { host: '::1', port: 9200, ...plain },
    { host: 'fe80::2', port: 9200, ...plain, prefix: '/x' },
  ]);
  assert.equal((await parse('h', undefined, { defaultPort: 39200 })).targets.default.endpoints[0]?.port, 39200);
});

test('hosts as JSON, inline and in a file', async () => {
  const json =
    '{"default":[{"host":"a","port":1,"use_ssl":true,"url_prefix":"x","http_auth":["u","p"]},{"host":"b","port":"2"},"c:3"],"other":["d"]}';
  const { targets } = await parse(json);
  assert.deepEqual(targets.default.endpoints, [
    { host: 'a', port: 1, useTls: true, prefix: '/x', basicAuth: { user: 'u', password: 'p' } },
    { host: 'b', port: 2, ...plain },
    { host: 'c', port: 3, ...plain },
  ]);
  assert.deepEqual(
    targets.clusters.map(({ name }) => name),
    ['default', 'other'],
  );
  assert.deepEqual(targets.clusters[1]?.options, defaultClientOptions);
  const inFile = await parse('~/hosts.json', 'options.json', {
    ...files({ '/home/me/hosts.json': json, 'options.json': '{"default":{"timeout":5},"other":{"timeout":6}}' }),
    env: { HOME: '/home/me' },
  });
  assert.deepEqual(
    inFile.targets.clusters.map(({ options }) => options.timeout),
    [5, 6],
  );
  assert.deepEqual(inFile.targets.default.endpoints, targets.default.endpoints);
});

test('what is wrong with hosts', async () => {
  assert.deepEqual(await problems('ftp://h,h:99999,h:x,https://h?x,[::1'), [
    '--target-hosts at default[0]: "ftp://h" has a scheme other than http and https',
    '--target-hosts at default[1]: "h:99999" has a port that is not between 1 and 65535',
    '--target-hosts at default[2]: "h:*****" is not host:port (IPv6 addresses go in brackets)',
    '--target-hosts at default[3]: "https://h?x" must not have a query or a fragment',
    '--target-hosts at default[4]: "[::1" is not host:port (IPv6 addresses go in brackets)',
  ]);
  assert.match((await problems('{"other":["h"]}'))[0] ?? '', /has no cluster "default"/);
  assert.match((await problems('{"default":[]}'))[0] ?? '', /has no hosts/);
  assert.match((await problems('{"default":'))[0] ?? '', /the JSON is not valid: .* at line 1, column 12/);
  assert.match(
    (await problems('none.json', undefined, files({})))[0] ?? '',
    /the file none\.json cannot be read: ENOENT/,
  );
  assert.deepEqual(await problems('{"default":[{"port":0}]}'), [
    '--target-hosts: port must be a whole number of at least 1',
    '--target-hosts: host is missing',
  ]);
});

test('clusters need the same names on both sides', async () => {
  const hosts = '{"default":["a"],"b":["b"]}';
  const rule = '--target-hosts and --client-options must define the same keys for multi cluster setups.';
  assert.deepEqual(await problems(hosts, 'timeout:60'), [`--client-options: ${rule} There are no options for b.`]);
  assert.deepEqual(await problems('h', '{"default":{},"c":{}}'), [
    `--client-options: ${rule} There are no hosts for c.`,
  ]);
  const { targets } = await parse(hosts, '{"b":{"timeout":2},"default":{"timeout":1}}');
  assert.deepEqual(
    targets.clusters.map(({ options }) => options.timeout),
    [1, 2],
  );
});

test('the time limit: 60 s, but 10 s once options are given without it', async () => {
  assert.equal((await optionsOf()).timeout, 60);
  assert.equal((await optionsOf('timeout:60', { isDefaultOptions: true })).timeout, 60);
  assert.equal((await optionsOf('timeout:2.5')).timeout, 2.5);
  const given = await parse('h', 'use_ssl:true');
  assert.equal(given.targets.default.options.timeout, 10);
  assert.deepEqual(given.notices, [
    'The client options name no timeout: requests are cut after 10 seconds. Add timeout:60 for the usual limit.',
  ]);
  assert.deepEqual((await parse('h', 'timeout:60')).notices, []);
  assert.deepEqual(await problems('h', 'timeout:soon'), [
    '--client-options at timeout: must be a number of at least 0.001',
  ]);
});

test('options as text: split at the first colon, quotes around commas, numbers as passwords', async () => {
  const password = async (text: string) =>
    (await optionsOf(`basic_auth_user:u,basic_auth_password:${text}`)).basicAuth?.password;
  assert.equal(await password("'a:b,c'"), 'a:b,c');
  assert.equal(await password('a:b'), 'a:b');
  assert.equal(await password('"a,\'b"'), "a,'b");
  assert.equal(await password("'it''s,'"), "it's,");
  assert.equal(await password('00123'), '00123');
  assert.equal(await password("'123'"), '123');
  assert.equal(await password('1e5'), '1e5');
  assert.equal(await password('true'), 'true');
  assert.equal(await password("pa'ss"), "pa'ss");
  assert.deepEqual(await problems('h', 'basic_auth_user:u,basic_auth_password:topsecret,more'), [
    '--client-options: item 3 has no ":" (items are key:value; put quotes around a value that has a comma)',
  ]);
  assert.deepEqual(await problems('h', "basic_auth_password:'topsecret"), [
    "--client-options: the quoted value of basic_auth_password has no closing '",
  ]);
  assert.deepEqual(await problems('h', 'timeout:1,timeout:2'), ['--client-options: timeout is given twice']);
});

test('any password survives quoting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom("'", '"'), async (password, quote) => {
      const text = `basic_auth_user:u,basic_auth_password:${quote}${password.replaceAll(quote, quote + quote)}${quote},timeout:7`;
      const { basicAuth, timeout } = await optionsOf(text);
      assert.deepEqual([basicAuth?.password, timeout], [password, 7]);
    }),
    { numRuns: 200 },
  );
});

test('options with their types', async () => {
  const text =
    "http_compress:True,max_retries:4,retry_on_status:'502,429',retry_on_timeout:true,opaque_id:me,verify_certs:false,use_ssl:TRUE,ssl_assert_hostname:false";
  const options = await optionsOf(text);
  assert.deepEqual(options, {
    ...defaultClientOptions,
    timeout: 10,
    compressRequests: true,
    maxRetries: 4,
    retryOnStatus: [502, 429],
    retryOnTimeout: true,
    opaqueId: 'me',
    verifyCertificates: false,
    verifyHostName: false,
    useTls: true,
  });
  const json = await optionsOf(
    '{"default":{"headers":{"X-A":"b","n":1},"retry_on_status":[500],"http_compress":true,"basic_auth_user":"u","basic_auth_password":123}}',
  );
  assert.deepEqual(
    [json.headers, json.retryOnStatus, json.basicAuth],
    [{ 'X-A': 'b', n: '1' }, [500], { user: 'u', password: '123' }],
  );
  assert.equal(
    (await optionsOf('{"use_ssl":true}')).useTls,
    true,
    'options without a cluster around them are those of default',
  );
  assert.equal((await optionsOf('{"headers":{"a":"b"}}')).headers.a, 'b');
});

test('all problems at once', async () => {
  const text =
    'use_ssl:maybe,max_retries:-1,retry_on_status:900,client_cert:c.pem,basic_auth_user:u,sniff_on_start:true,static_responses:x.json,ssl_assert_fingerprint:aa,headers:x,ca_certs:no.pem';
  assert.deepEqual(await problems('h:0', text, files({ 'c.pem': 'nothing' })), [
    '--client-options at static_responses: canned answers without a network are not supported; run the canned target ' +
      'of this project (bench/target.ts) instead',
    '--client-options at ssl_assert_fingerprint: pinning by fingerprint is not supported; give that certificate as ' +
      'ca_certs',
    '--client-options at sniff_on_start: finding nodes by sniffing is not supported; name all of them in ' +
      '--target-hosts',
    "--client-options at client_cert: Cannot specify 'client_cert' without also specifying 'client_key' in client-options.",
    "--client-options at ca_certs: the file no.pem cannot be read: ENOENT: no such file or directory, open 'no.pem'",
    '--client-options at client_cert: c.pem holds no certificate in PEM format',
    '--client-options at use_ssl: must be true or false',
    '--client-options at basic_auth: basic_auth_user alone is not enough, basic_auth_password is missing (give both, ' +
      'or set OSB_BASIC_AUTH_PASSWORD)',
    '--client-options at max_retries: must be a whole number of at least 0',
    '--client-options at retry_on_status: must be HTTP statuses, such as 502,503,504',
    '--client-options at headers: must be an object of names and texts (give --client-options as JSON: ' +
      '{"default":{"headers":{"name":"value"}}})',
    '--target-hosts: "h:0" has a port that is not between 1 and 65535',
  ]);
});

test('unsupported options alone are named as such', async () => {
  await assert.rejects(parse('h', 'static_responses:x.json,timeout:60'), { code: 'UNSUPPORTED', exitCode: 64 });
  await assert.rejects(parse('h', 'static_responses:x.json,timeout:x'), { code: 'CONFIG', exitCode: 64 });
});

test('unknown and old options are warned of, needless ones are not', async () => {
  const { warnings } = await parse(
    '{"default":[{"host":"h","prot":1}]}',
    'tiemout:5,compressed:true,max_connections:300,enable_cleanup_closed:true,timeout:5,sniff_on_start:false',
  );
  assert.deepEqual(warnings, [
    'The client option "compressed" is an old name; use "http_compress".',
    'The client option "tiemout" is not known and has no effect.',
    'The key "prot" of a target host is not known and has no effect.',
  ]);
});

test('certificates are read as text, and must fit each other', async () => {
  const [one, other] = [authority.issue('DNS:one'), authority.issue('DNS:other')];
  const { readFile } = files({ 'ca.pem': authority.ca, 'c.pem': one.cert, 'k.pem': one.key, 'wrong.pem': other.key });
  const options = await optionsOf('use_ssl:true,ca_certs:ca.pem,client_cert:c.pem,client_key:k.pem', { readFile });
  assert.deepEqual(
    [options.caCertificates, options.clientCertificate, options.clientKey],
    [authority.ca, one.cert, one.key],
  );
  const [problem] = await problems('h', 'use_ssl:true,client_cert:c.pem,client_key:wrong.pem', { readFile });
  assert.match(problem ?? '', /client_cert: .*key values mismatch/);
  // The target asks for TLS, not the option.
  const [asked] = await problems('https://h', 'client_cert:c.pem,client_key:wrong.pem', { readFile });
  assert.match(asked ?? '', /client_cert: .*key values mismatch/);
  const { warnings } = await parse('h', 'client_cert:c.pem,client_key:wrong.pem', { readFile });
  assert.deepEqual(warnings, ['client_cert of the client options has no effect: no target speaks TLS.']);
});

test('a file that cannot be read as text is named, and not waited for', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osb-targets-'));
  try {
    const at = (name: string): string => join(directory, name);
    execFileSync('mkfifo', [at('pipe.json')]);
    writeFileSync(at('binary.der'), Buffer.from([0x30, 0x82, 0xff, 0xfe]));
    writeFileSync(at('marked.json'), '\uFEFF{"default":[{"host":"h"}]}');
    const pipe = `the file ${at('pipe.json')} cannot be read: This is a named pipe, not a text file`;
    assert.deepEqual(await problems(at('pipe.json'), at('pipe.json')), [
      `--target-hosts: ${pipe}`,
      `--client-options: ${pipe}`,
    ]);
    assert.deepEqual(await problems('https://h', `ca_certs:${at('pipe.json')}`), [
      `--client-options at ca_certs: ${pipe}`,
    ]);
    assert.deepEqual(await problems('https://h', `ca_certs:${at('binary.der')}`), [
      `--client-options at ca_certs: ${at('binary.der')} holds no certificate in PEM format`,
    ]);
    assert.deepEqual(await endpoints(at('marked.json')), [{ host: 'h', port: 9200, ...plain }]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('credentials from the environment; options and URLs beat them', async () => {
  const env = { OSB_BASIC_AUTH_USER: 'eu', OSB_BASIC_AUTH_PASSWORD: 'ep' };
  assert.deepEqual((await optionsOf(undefined, { env })).basicAuth, { user: 'eu', password: 'ep' });
  assert.deepEqual((await optionsOf('basic_auth_user:u,basic_auth_password:p', { env })).basicAuth, {
    user: 'u',
    password: 'p',
  });
  assert.deepEqual((await optionsOf('basic_auth_user:u', { env })).basicAuth, { user: 'u', password: 'ep' });
  assert.deepEqual((await optionsOf('http_auth:u:p', { env })).basicAuth, { user: 'u', password: 'p' });
  assert.match(
    (await problems('h', undefined, { env: { OSB_BASIC_AUTH_USER: 'eu' } }))[0] ?? '',
    /OSB_BASIC_AUTH_PASSWORD is not/,
  );
});

test('AWS: from the environment, from options, from a session', async () => {
  const env = {
    OSB_AWS_ACCESS_KEY_ID: 'ID',
    OSB_AWS_SECRET_ACCESS_KEY: 'SECRET',
    OSB_REGION: 'eu-1',
    OSB_SERVICE: 'es',
  };
  const byEnv = await optionsOf('amazon_aws_log_in:environment', { env });
  const credentials = { accessKeyId: 'ID', secretAccessKey: 'SECRET', sessionToken: null };
  assert.deepEqual(byEnv.sigV4, { source: 'environment', region: 'eu-1', service: 'es', credentials, expiresAt: null });
  assert.deepEqual([byEnv.useTls, byEnv.verifyCertificates], [true, true]);
  const text =
    'amazon_aws_log_in:client_option,aws_access_key_id:ID,aws_secret_access_key:SECRET,aws_session_token:T,region:r,service:aoss,verify_certs:false';
  const byOption = await parse('h', text);
  assert.deepEqual(byOption.targets.default.options.sigV4?.credentials, { ...credentials, sessionToken: 'T' });
  assert.deepEqual(byOption.targets.default.options.verifyCertificates, true);
  assert.deepEqual(byOption.warnings, ['verify_certs:false has no effect with amazon_aws_log_in.']);
  const loadSession = async () => ({ credentials, expiresAt: 99 });
  const session = await optionsOf('amazon_aws_log_in:session,region:r,service:es', { loadSession });
  assert.deepEqual(session.sigV4, { source: 'session', region: 'r', service: 'es', credentials, expiresAt: 99 });
});

test('AWS: what is missing is named', async () => {
  const at = '--client-options at amazon_aws_log_in:';
  assert.deepEqual(await problems('h', 'amazon_aws_log_in:environment'), [
    `${at} amazon_aws_log_in:environment needs OSB_AWS_ACCESS_KEY_ID, OSB_AWS_SECRET_ACCESS_KEY, OSB_REGION, ` +
      'OSB_SERVICE',
  ]);
  assert.deepEqual(await problems('h', 'amazon_aws_log_in:client_option,aws_access_key_id:x,service:s3'), [
    `${at} amazon_aws_log_in:client_option needs aws_secret_access_key, region`,
    '--client-options at service: must be es or aoss',
  ]);
  assert.deepEqual(await problems('h', 'amazon_aws_log_in:session,service:es'), [
    `${at} amazon_aws_log_in:session needs region`,
  ]);
  assert.deepEqual(await problems('h', 'amazon_aws_log_in:yes'), [
    `${at} must be environment, client_option or session`,
  ]);
  const loadSession = () => Promise.reject(new BenchmarkError('CREDENTIALS', 'no profile', { hint: 'make one' }));
  assert.deepEqual(await problems('h', 'amazon_aws_log_in:session,region:r,service:es', { loadSession }), [
    `${at} no profile (make one)`,
  ]);
});

test('a description for logs', async () => {
  const { targets } = await parse('https://u:topsecret@h1/p,h2:1', 'verify_certs:false,max_retries:2,timeout:60');
  assert.equal(
    describeTargets(targets),
    'default: https://h1:443/p, http://h2:1 (timeout 60 s, certificates NOT verified, basic authentication, up to 2 ' +
      'retries)',
  );
});

test('no secret in a description, a warning or a redacted text', async () => {
  const secret = fc
    .string({ unit: fc.constantFrom(...'abcXYZ019-_.~!@:/% "\\üß'), minLength: 6, maxLength: 20 })
    .map((text) => `S3cr${text}`);
  await fc.assert(
    fc.asyncProperty(secret, secret, secret, async (one, two, three) => {
      const options = {
        basic_auth_user: 'u',
        basic_auth_password: one,
        headers: { 'x-api-key': Buffer.from(three).toString('hex') },
        unknown: one,
        timeout: 60,
      };
      const secrets = new Secrets();
      const { targets, warnings, notices } = await parse(
        `https://me:${encodeURIComponent(two)}@h`,
        JSON.stringify({ default: options }),
        {
          secrets,
        },
      );
      const basic = Buffer.from(`u:${one}`).toString('base64');
      const shown =
        `${describeTargets(targets)} ${warnings} ${notices} ` +
        `${secrets.mask(`a ${one} b ${two} ${JSON.stringify({ one })} ${encodeURIComponent(two)} Basic ${basic}`)}`;
      for (const hidden of [one, two, basic, encodeURIComponent(two), ...secretsOf(targets.default)])
        assert.ok(!shown.includes(hidden), shown);
    }),
    { numRuns: 100 },
  );
});

test('no secret in a problem, however broken the input', async () => {
  const inputs: readonly (readonly [string, string?])[] = [
    ['https://user:S3cret@h:port'],
    ['https://user:S3cret/x@h:port'],
    ['https://user:S3cret%@h'],
    ['https://S3cret@h'],
    ['user:S3cret@h:99999'],
    ['ftp://user:S3cret@h'],
    ['{"default":[{"host":"user:S3cret@h","http_auth":"S3cret"}]}'],
    ['{"default":[{"host":"h","http_auth":{"a":"S3cret"}}]}'],
    ['{"default":[{"host":"h","http_auth":"u:S3cret"}'],
    ['h', 'basic_auth_password:S3cret'],
    ['h', "basic_auth_password:'S3cret"],
    ['h', 'basic_auth_user:u,basic_auth_password:a,S3cret'],
    ['h', 'amazon_aws_log_in:client_option,aws_secret_access_key:S3cret'],
    ['h', '{"default":{"headers":{"authorization":"S3cret\\n"}}}'],
    ['h', '{"default":{"headers":"S3cret"}}'],
    ['h', '{"default":{"basic_auth_password":["S3cret"]}}'],
    ['h', '{"default":{"basic_auth_password":"S3cret"'],
  ];
  for (const [hosts, options] of inputs) {
    await assert.rejects(parse(hosts, options), (error: unknown) => {
      assert.ok(error instanceof BenchmarkError);
      const all = JSON.stringify([error.message, error.hint, error.problems, error.stack, String(error.cause)]);
      assert.ok(!all.includes('S3cret'), `${hosts} ${options}: ${all}`);
      return true;
    });
  }
});

test('an IPv6 address without brackets that may have a port is asked about', async () => {
  assert.deepEqual(await problems('::1:9200'), [
    '--target-hosts: "::1:9200" may be an address or an address and a port; write [::1]:9200 or [::1:9200]',
  ]);
  assert.match((await problems('http://fe80::1:443/x'))[0] ?? '', /write \[fe80::1\]:443 or \[fe80::1:443\]/);
  for (const host of ['2001:db8::10', '::1', '[::1:9200]', 'fe80::1:2:3:4']) {
    assert.deepEqual(
      (await endpoints(host)).map(({ port }) => port),
      [9200],
      host,
    );
  }
});
