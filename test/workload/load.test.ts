// From files to a loaded workload, and from mistakes to messages that name file, line and path.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BenchmarkError, type Problem } from '../../src/errors.ts';
import { Float, writeJson } from '../../src/json.ts';
import { operationCatalog } from '../../src/operation/registry.ts';
import { bytes } from '../../src/units.ts';
import { type LoadedWorkload, listWorkloads, loadWorkload, type WorkloadRequest } from '../../src/workload/load.ts';
import { leafTasks } from '../../src/workload/model.ts';
import { requestFor, smallWorkload } from './small-workload.ts';
import { temporaryFiles } from './temporary-files.ts';

const taskNames = (loaded: LoadedWorkload): readonly string[] =>
  leafTasks(loaded.testProcedure.schedule).map((task) => task.name);

async function failureOf(request: WorkloadRequest): Promise<BenchmarkError> {
  const error: unknown = await loadWorkload(request).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BenchmarkError, 'The workload loads.');
  assert.equal(error.exitCode, 64);
  return error;
}

/** The problems of a small workload in which one text of one file is replaced by another. */
async function problemsOf(
  context: TestContext,
  file: string,
  from: string,
  to: string,
  more: Partial<WorkloadRequest> = {},
): Promise<readonly Problem[]> {
  const original = smallWorkload[file] ?? '';
  assert.ok(original.includes(from));
  const directory = temporaryFiles(context, { ...smallWorkload, [file]: original.replace(from, to) });
  const { problems } = await failureOf(requestFor(directory, more));
  return problems.map((problem) => ({ ...problem, file: problem.file?.replace(`${directory}/`, '') }));
}

test('a workload loads with its fragments, bodies and parameters', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const params = new Map<string, string | number | boolean>([
    ['bulk_size', 7],
    ['codec', 'best_compression'],
    ['use_gzip', true],
    ['error_level', ''],
  ]);
  const loaded = await loadWorkload(
    requestFor(directory, { params: new Map([...params].filter(([name]) => name !== 'error_level')) }),
  );
  assert.deepEqual(taskNames(loaded), ['delete-index', 'create-index', 'append', 'merge', 'reads', 'cats', 'sleep']);
  const [index] = loaded.workload.indices;
  assert.equal(
    writeJson(index?.body ?? null),
    '{"settings":{"index.number_of_shards":1,"index.codec":"best_compression"},"mappings":{"dynamic":"strict","properties":{"message":{"type":"text"}}}}',
  );
  assert.equal(loaded.workload.corpora[0]?.documentSets[0]?.archiveFile, 'logs.json.gz');
  const append = leafTasks(loaded.testProcedure.schedule).find((task) => task.name === 'append');
  assert.deepEqual([append?.operation.params.get('bulk-size'), append?.clients, append?.warmupTimePeriod], [7, 4, 120]);
  assert.deepEqual(loaded.notices, []);
  assert.equal(loaded.workload.directory, directory);
});

test('a procedure is chosen by name, tasks by filters', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  assert.deepEqual(
    taskNames(await loadWorkload(requestFor(directory, { testProcedure: 'search-only', excludeTasks: ['match-2'] }))),
    ['match-1', 'match-3'],
  );
  const unknown = await failureOf(requestFor(directory, { testProcedure: 'search-onyl' }));
  assert.deepEqual([unknown.code, unknown.hint], ['USAGE', 'Did you mean "search-only"?']);
  const empty = await failureOf(requestFor(directory, { includeTasks: ['tag:read', 'x'] }));
  assert.equal(
    empty.message,
    '--include-tasks=tag:read,x leave no task of test procedure [append-then-search] to run.',
  );
});

test('test mode and serverless cut the workload down', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const small = await loadWorkload(requestFor(directory, { testMode: true }));
  assert.equal(small.workload.corpora[0]?.documentSets[0]?.documentCount, 1000);
  const serverless = await loadWorkload(requestFor(directory, { distributionVersion: 'oss' }));
  assert.deepEqual(taskNames(serverless), ['delete-index', 'create-index', 'append', 'reads', 'cats', 'sleep']);
  assert.equal(serverless.notices.length, 1);
});

test('broken JSON names the fragment, the line, and shows the place', async (context) => {
  assert.deepEqual(await problemsOf(context, 'operations/extra.json', '"raw-request",', '"raw-request"'), [
    { file: 'operations/extra.json', line: 4, message: 'Expected "," or "}"' },
  ]);
  const text = (smallWorkload['test_procedures/default.json'] ?? '').replace(
    '"completed-by": "reads",',
    '"completed-by": reads,',
  );
  const directory = temporaryFiles(context, { ...smallWorkload, 'test_procedures/default.json': text });
  const error = await failureOf(requestFor(directory));
  assert.equal(error.code, 'WORKLOAD_SYNTAX');
  assert.deepEqual(
    [error.problems[0]?.file, error.problems[0]?.line],
    [join(directory, 'test_procedures/default.json'), 11],
  );
  assert.match(
    error.message,
    /is no valid JSON after rendering:\n\d+ \| +"time-period": 8,\n\d+ \| +"completed-by": reads,\n +\| +\^\n/,
  );
});

test('a broken template names the fragment and the line', async (context) => {
  const [problem] = await problemsOf(context, 'test_procedures/common/set-up.json', '{%- endif %}', '{%- endfi %}');
  assert.deepEqual([problem?.file, problem?.line], ['test_procedures/common/set-up.json', 7]);
  const [missing] = await problemsOf(context, 'test_procedures/default.json', '{%- endfor %}', '');
  assert.equal(missing?.file, 'test_procedures/default.json');
  const [value] = await problemsOf(context, 'operations/default.json', 'size | default(10)', 'nothing.at.all');
  assert.deepEqual([value?.file, value?.line], ['operations/default.json', 14]);
});

test('a wrong value names its path, its fragment and its line', async (context) => {
  assert.deepEqual(
    await problemsOf(
      context,
      'test_procedures/common/set-up.json',
      '"warmup-time-period": 120',
      '"warmup-time-period": "120"',
    ),
    [
      {
        file: 'test_procedures/common/set-up.json',
        line: 13,
        path: 'test_procedures[0].schedule[2].warmup-time-period',
        message: 'must be an integer of at least 0, not the string "120"',
        hint: undefined,
      },
    ],
  );
  const floats = await problemsOf(context, 'operations/extra.json', '', '', {
    params: new Map([['clients', new Float(4)]]),
  });
  assert.deepEqual(
    [floats[0]?.path, floats[0]?.message],
    ['test_procedures[0].schedule[2].clients', 'must be an integer of at least 1, not the number 4.0'],
  );
});

test('all problems are reported at once, those of bodies included', async (context) => {
  const directory = temporaryFiles(context, {
    ...smallWorkload,
    'index.json': '{"a": }',
    'template.json': '{% if %}',
    'operations/default.json': (smallWorkload['operations/default.json'] ?? '').replace('"search"', '5'),
  });
  const error = await failureOf(requestFor(directory, { params: new Map([['number_of_shards', 1]]) }));
  assert.equal(error.code, 'WORKLOAD_INVALID');
  assert.equal(
    error.message,
    `Workload [${directory.split('/').at(-1)}] (${join(directory, 'workload.json')}) has 3 problems.`,
  );
  assert.deepEqual(
    error.problems.map((problem) => [problem.file, problem.line]),
    [
      [join(directory, 'index.json'), 1],
      [join(directory, 'template.json'), 1],
      [join(directory, 'operations/default.json'), 9],
    ],
  );
  assert.match(error.problems[0]?.message ?? '', /^Body of index logs \(named at indices\[0\]\.body\): /);
});

test('a missing body is a problem of the property that names it', async (context) => {
  const [problem] = await problemsOf(context, 'workload.json', '"index.json"', '"idx.json"');
  assert.equal(problem?.file, 'idx.json');
  assert.match(problem?.message ?? '', /^Body of index logs \(named at indices\[0\]\.body\): There is no such file$/);
});

test('parameters that nothing reads are an error; those of bodies and conditions are known', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const names = ['bulk_size', 'bulk_siez', 'replicas', 'index_settings', 'now'];
  const error = await failureOf(requestFor(directory, { params: new Map(names.map((name) => [name, 1])) }));
  assert.equal(error.code, 'WORKLOAD_PARAMS_UNUSED');
  assert.match(error.message, /^Unused workload parameters \["bulk_siez","now"\]/);
  assert.match(error.message, /- bulk_siez \(close to: bulk_size\)/);
  assert.match(
    error.message,
    /Known: bulk_size, clients, codec, documents, error_level, index_settings, ingest_percentage, number_of_shards, pause, rate, replicas, size, use_gzip$/,
  );
});

test('wrong parameters of operations are located; unselected procedures do not matter', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const check = ({ type }: { readonly type: string }): readonly Problem[] =>
    type === 'bulk'
      ? [{ path: 'bulk-size', message: 'too small' }]
      : type === 'sleep'
        ? [{ path: 'duration', message: 'too long' }]
        : [];
  const operations = { ...operationCatalog, check };
  const error = await failureOf(requestFor(directory, { operations }));
  assert.deepEqual(
    error.problems.map(({ file, line, path, message }) => [file?.slice(directory.length + 1), line, path, message]),
    [
      ['operations/default.json', 4, 'operations[0].bulk-size', 'too small'],
      ['test_procedures/default.json', 21, 'test_procedures[0].schedule[5].operation.duration', 'too long'],
    ],
  );
  await loadWorkload(requestFor(directory, { operations, testProcedure: 'search-only' }));
  await loadWorkload(requestFor(directory, { operations, purpose: 'inspect' }));
});

const selected = (
  operation: unknown,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> => ({
  'workload.json': JSON.stringify({
    indices: [{ name: 'i' }],
    test_procedures: [
      { name: 'first', default: true, schedule: [{ name: 'a', operation, ...more }, { operation: 'refresh' }] },
      { name: 'second', schedule: [{ operation: 'refresh' }] },
    ],
  }),
});

test('an operation type that nobody knows is an error', async (context) => {
  const directory = temporaryFiles(context, selected('serach'));
  const error = await failureOf(requestFor(directory));
  assert.deepEqual(
    [error.code, error.problems[0]?.message, error.problems[0]?.hint],
    [
      'WORKLOAD_INVALID',
      'There is no operation type "serach" (task "a"); the workload has no plug-in',
      'Did you mean "search"?',
    ],
  );
});

test('a target throughput in a unit that the operation does not count is found before the load', async (context) => {
  const search = { 'operation-type': 'search', index: 'logs', body: {} };
  const rate = (operation: unknown, throughput: string): Readonly<Record<string, string>> =>
    selected(operation, { 'target-throughput': throughput });
  const wrong: readonly (readonly [unknown, string, string, string])[] = [
    [search, '20 docs/s', 'the requests of "search" count ops, not docs', 'Write "20 ops/s"'],
    [search, '20 pages/s', 'the requests of "search" count ops, not pages', 'Write "20 ops/s"'],
    [
      { ...search, pages: 2 },
      '20 docs/s',
      'the requests of "search" count pages, not docs',
      'Write "20 pages/s" or "20 ops/s"',
    ],
  ];
  for (const [operation, throughput, message, hint] of wrong) {
    const error = await failureOf(requestFor(temporaryFiles(context, rate(operation, throughput))));
    const [problem, ...others] = error.problems;
    assert.deepEqual([error.code, others], ['WORKLOAD_INVALID', []]);
    assert.deepEqual([problem?.message, problem?.hint], [`Task "a": ${message}`, hint]);
    assert.match(problem?.path ?? '', /target-throughput$/);
  }
  const right: readonly (readonly [unknown, string])[] = [
    [search, '20 ops/s'],
    [{ ...search, pages: 2 }, '20 pages/s'],
    [{ 'operation-type': 'bulk', 'bulk-size': 5 }, '20 docs/s'],
  ];
  for (const [operation, throughput] of right)
    await loadWorkload(requestFor(temporaryFiles(context, rate(operation, throughput))));
});

test('what a selected task needs and this version lacks is refused, and only then', async (context) => {
  const plugIn = { 'workload.py': 'def register(registry):\n    pass\n' };
  const cases: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ ...selected('my-runner'), ...plugIn }, /operation type "my-runner", which needs the plug-in workload/],
    [
      { ...selected({ 'operation-type': 'search', 'param-source': 'mine' }), ...plugIn },
      /parameter source "mine", which needs the plug-in workload/,
    ],
    [
      { ...selected('refresh', { schedule: 'my-schedule' }), ...plugIn },
      /schedule "my-schedule", which needs the plug-in workload/,
    ],
  ];
  for (const [files, message] of cases) {
    const directory = temporaryFiles(context, files);
    const error = await failureOf(requestFor(directory));
    assert.deepEqual([error.code, error.problems.length], ['UNSUPPORTED', 1]);
    assert.match(error.problems[0]?.message ?? '', message);
    assert.match(error.message, /workload\.json\): test procedure \[first\] needs what this version cannot do\.$/);
    await loadWorkload(requestFor(directory, { testProcedure: 'second' }));
    await loadWorkload(requestFor(directory, { excludeTasks: ['a'] }));
    await loadWorkload(requestFor(directory, { purpose: 'inspect' }));
  }
  for (const files of [
    selected({ 'operation-type': 'search', 'param-source': 'mine' }),
    selected('refresh', { schedule: 'my-schedule' }),
  ]) {
    assert.equal((await failureOf(requestFor(temporaryFiles(context, files)))).code, 'WORKLOAD_INVALID');
  }
});

test('documents of other formats are refused when a bulk operation reads them', async (context) => {
  const workload = (corpus: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> => ({
    'workload.json': JSON.stringify({
      indices: [{ name: 'i' }],
      corpora: [{ name: 'c', documents: [{ 'source-file': 'c.hdf5', 'document-count': 1 }], ...corpus }],
      schedule: [{ operation: { 'operation-type': 'bulk', 'bulk-size': 1 } }, { operation: 'refresh' }],
    }),
  });
  for (const [corpus, message] of [
    [{ 'source-format': 'hdf5' }, /hold hdf5 documents, which this version cannot read/],
    [
      { documents: [{ 'source-file': 'c.json.7z', 'document-count': 1 }] },
      /are packed in a way that this version cannot unpack: c\.json\.7z/,
    ],
  ] as const) {
    const directory = temporaryFiles(context, workload(corpus));
    const error = await failureOf(requestFor(directory));
    assert.equal(error.code, 'UNSUPPORTED');
    assert.match(error.problems[0]?.message ?? '', message);
    await loadWorkload(requestFor(directory, { excludeTasks: ['bulk'] }));
  }
});

test('templates know the time, files and versions', async (context) => {
  const directory = temporaryFiles(context, {
    'workload.json': `{
      "description": "{{ '30-12-2025' | days_ago(now) }} {{ glob('*.txt') | join(' ') }} {{ now }} {% if version | default('2.11.0') | version_between('2.0.0', '2.11.0') %}in{% else %}out{% endif %}",
      "schedule": [{"operation": "refresh"}]
    }`,
    'b.txt': '',
    'a.txt': '',
  });
  const described = async (params: ReadonlyMap<string, string>): Promise<string> =>
    (await loadWorkload(requestFor(directory, { params }))).workload.description;
  assert.equal(await described(new Map()), '2 a.txt b.txt 1767225600.25 in');
  assert.equal(await described(new Map([['version', '2.11.1']])), '2 a.txt b.txt 1767225600.25 out');
  const error = await failureOf(requestFor(directory, { params: new Map([['version', '2.11.1-rc1']]) }));
  assert.equal(error.code, 'WORKLOAD_SYNTAX');
});

test('values are escaped as in the original, tojson excepted', async (context) => {
  const directory = temporaryFiles(context, {
    'workload.json':
      '{"description": "{{ text }} {{ flag }}", "meta": {"text": {{ text | tojson }}}, "schedule": [{"operation": ' +
      '"refresh"}]}',
  });
  const params = new Map<string, string | boolean>([
    ['text', "it's <1>"],
    ['flag', true],
  ]);
  const { workload } = await loadWorkload(requestFor(directory, { params }));
  assert.equal(workload.description, 'it&#39;s &lt;1&gt; True');
  assert.equal(workload.meta.get('text'), "it's <1>");
});

test('bodies know neither the time nor files', async (context) => {
  const body = (text: string): Readonly<Record<string, string>> => ({
    'workload.json': '{"indices": [{"name": "i", "body": "sub/index.json"}], "schedule": [{"operation": "refresh"}]}',
    'sub/index.json': text,
    'part.json': '"from the root"',
  });
  const directory = temporaryFiles(context, body('[{{ benchmark.collect(parts="part.json") }}, "{{ now }}"]'));
  const { workload } = await loadWorkload(requestFor(directory));
  assert.deepEqual(workload.indices[0]?.body, ['from the root', '']);
  const wrong = await failureOf(requestFor(temporaryFiles(context, body('[{{ glob("*") }}]'))));
  assert.equal(wrong.code, 'WORKLOAD_INVALID');
});

test('a list names every workload, broken ones with their error', async (context) => {
  const directory = temporaryFiles(context, {
    'good/workload.json': '{"description": "good", "schedule": [{"operation": "refresh"}]}',
    'bad/workload.json': '{',
    'wrong/workload.json': '{}',
    'none/readme.md': '',
    '.hidden/workload.json': '{}',
  });
  const request = requestFor('', { repository: 'builtin', builtinDirectory: directory });
  const listing = await listWorkloads(request, request);
  assert.deepEqual(
    listing.workloads.map(({ name, workload, error }) => [name, workload?.description, error?.code]),
    [
      ['bad', undefined, 'WORKLOAD_SYNTAX'],
      ['good', 'good', undefined],
      ['wrong', undefined, 'WORKLOAD_INVALID'],
    ],
  );
});

test('clients beyond the memory are refused with the fragment and line that ask for them', async (context) => {
  const limits = { availableMemory: bytes(4e9) };
  const problems = await problemsOf(
    context,
    'test_procedures/common/set-up.json',
    'default(4)',
    'default(100000000)',
    limits,
  );
  assert.deepEqual(
    problems.map(({ file, line, path, message }) => [file, line, path, message]),
    [
      [
        'test_procedures/common/set-up.json',
        12,
        'test_procedures[0].schedule[2].clients',
        '100000000 clients need at least 1300 GB of memory, and 4 GB are available',
      ],
    ],
  );
});

test('keys of tasks that have no effect are named in a notice, of the selected procedure only', async (context) => {
  const files: Record<string, string> = { ...smallWorkload };
  const file = 'test_procedures/common/set-up.json';
  files[file] = (files[file] ?? '').replace('"clients"', '"request-params": {}, "index": "logs", "clients"');
  const directory = temporaryFiles(context, files);
  const loaded = await loadWorkload(requestFor(directory));
  assert.deepEqual(loaded.notices, ['Task "append": "request-params", "index" at a task has no effect.']);
  assert.deepEqual((await loadWorkload(requestFor(directory, { testProcedure: 'search-only' }))).notices, []);
});

test('files that are no text of a workload are named with their place, and not waited for', async (context) => {
  const directory = temporaryFiles(context, smallWorkload);
  const at = (name: string): string => join(directory, name);
  const failed = async (): Promise<string> => {
    const { code, problems } = await failureOf(requestFor(directory));
    const [problem] = problems;
    return `${code} ${problem?.file?.replace(`${directory}/`, '')}:${problem?.line ?? ''} ${problem?.message}`;
  };
  const original = smallWorkload['operations/extra.json'] ?? '';
  writeFileSync(
    at('operations/extra.json'),
    Buffer.concat([Buffer.from(original.replace('raw', 'r')), Buffer.from([0xe4]), Buffer.from('"')]),
  );
  assert.equal(
    await failed(),
    'WORKLOAD_SYNTAX operations/extra.json:7 The file is not UTF-8: the byte 0xe4 has no meaning here',
  );
  writeFileSync(at('operations/extra.json'), Buffer.from(original, 'utf16le'));
  assert.equal(await failed(), 'WORKLOAD_SYNTAX operations/extra.json: The file is UTF-16, not UTF-8');
  rmSync(at('operations/extra.json'));
  execFileSync('mkfifo', [at('operations/extra.json')]);
  assert.equal(await failed(), 'WORKLOAD_NOT_FOUND operations/extra.json: This is a named pipe, not a text file');
  rmSync(at('operations/extra.json'));
  mkdirSync(at('operations/extra.json'));
  assert.equal(await failed(), 'WORKLOAD_NOT_FOUND operations/extra.json: This is a directory, not a text file');
  rmSync(at('operations/extra.json'), { recursive: true });
  writeFileSync(at('operations/extra.json'), `\ufeff${original.replaceAll('\n', '\r\n')}`);
  await loadWorkload(requestFor(directory));
});

test('a workload behind links that lead nowhere or in circles says so', async (context) => {
  const directory = temporaryFiles(context, { readme: '' });
  symlinkSync('nowhere.json', join(directory, 'workload.json'));
  assert.match(
    (await failureOf(requestFor(directory))).message,
    /workload\.json is a link to a file that does not exist\.$/,
  );
  rmSync(join(directory, 'workload.json'));
  symlinkSync('workload.json', join(directory, 'workload.json'));
  assert.match((await failureOf(requestFor(directory))).message, /workload\.json cannot be read: ELOOP/);
});

test('a workload that lacks parameters says which, apart from what is not supported', async (context) => {
  const operations = `{"name": "append", "operation-type": "bulk", "bulk-size": 5, "corpora": ["logs"],
      "indices": ["{{ index_name }}"]},
    {"name": "packed", "operation-type": "bulk", "bulk-size": 5, "corpora": ["packed"]}`;
  const definition = (clients: string): string => `{
  "indices": [{"name": "logs"}],
  "corpora": [{"name": "logs", "documents": [{"source-file": "a.json", "document-count": 1}]},
    {"name": "packed", "documents": [{"source-file": "a.json.7z", "document-count": 1}]}],
  "operations": [${operations}],
  "schedule": [
    {"operation": "packed"},
    {"operation": "append", "clients": ${clients}}
  ]
}`;
  const directory = temporaryFiles(context, { 'workload.json': definition('2') });
  const empty = await failureOf(requestFor(directory, { operations: operationCatalog }));
  assert.equal(empty.code, 'WORKLOAD_INVALID');
  assert.match(
    empty.message,
    /has a problem\. Besides, test procedure \[default\] needs a thing that this version cannot do, listed last\.$/,
  );
  assert.equal(empty.hint, 'The parameter index_name is not given: --workload-params=index_name:VALUE');
  assert.deepEqual(
    empty.problems.map(({ path, hint }) => [path, hint]),
    [
      ['operations[0].indices', 'The parameter index_name is not given'],
      ['operations[1]', 'It unpacks .tar.bz2, .tar.gz, .tgz, .tar, .zip, .bz2, .gz, .zst'],
    ],
  );
  writeFileSync(join(directory, 'workload.json'), definition('{{ clients }}'));
  const broken = await failureOf(requestFor(directory, { operations: operationCatalog }));
  assert.deepEqual(
    [broken.code, broken.hint],
    ['WORKLOAD_SYNTAX', 'The parameter clients is not given: --workload-params=clients:VALUE'],
  );
  for (const expression of ['{{ clients | tojson }}', '{{ clients * 2 }}', '{{ clients.x }}']) {
    writeFileSync(join(directory, 'workload.json'), definition(expression));
    const failed = await failureOf(requestFor(directory, { operations: operationCatalog }));
    assert.deepEqual(
      [failed.code, failed.hint],
      ['WORKLOAD_SYNTAX', 'Give the parameter: --workload-params=clients:VALUE'],
      expression,
    );
  }
});
