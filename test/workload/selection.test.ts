// Filters, test mode, serverless, and the data of `info`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toPlain, writeJson } from '../../src/json.ts';
import { executableTypes, operationCatalog } from '../../src/operation/registry.ts';
import { describeWorkload } from '../../src/workload/describe.ts';
import { leafTasks, type Workload } from '../../src/workload/model.ts';
import { renderedJson } from '../../src/workload/rendered-json.ts';
import { selectProcedure } from '../../src/workload/select-procedure.ts';
import { forServerless } from '../../src/workload/serverless.ts';
import { filterTasks, parseTaskFilters, type TaskFilter } from '../../src/workload/task-filter.ts';
import { forTestMode } from '../../src/workload/test-mode.ts';
import { parse, withSchedule } from './parsed-workload.ts';

const schedule = [
  { operation: 'delete-index' },
  {
    operation: 'append',
    clients: 8,
    'warmup-time-period': 120,
    'time-period': 60,
    'ramp-up-time-period': 10,
    tags: ['setup'],
  },
  {
    parallel: {
      'completed-by': 'q1',
      tasks: [
        { operation: 'query', name: 'q1', clients: 2, iterations: 100, 'target-throughput': '5 ops/s', tags: ['read'] },
        { operation: 'query', name: 'q2', clients: 3, 'warmup-iterations': 2 },
      ],
    },
  },
  { operation: 'query', 'time-period': 5 },
];
const { workload } = parse(withSchedule(schedule));

function names(filtered: Workload): readonly string[] {
  return leafTasks(filtered.testProcedures[0]?.schedule ?? []).map((task) => task.name);
}

test('tasks are included and excluded by name, type and tag', () => {
  const included = (...words: readonly string[]): readonly string[] =>
    names(filterTasks(workload, parseTaskFilters(words), []));
  const excluded = (...words: readonly string[]): readonly string[] =>
    names(filterTasks(workload, [], parseTaskFilters(words)));
  assert.deepEqual(included('q1', 'delete-index'), ['delete-index', 'q1']);
  assert.deepEqual(included('type:search'), ['q1', 'q2', 'query']);
  assert.deepEqual(included('tag:setup', 'tag:read'), ['append', 'q1']);
  assert.deepEqual(included('nothing'), []);
  assert.deepEqual(excluded('type:search'), ['delete-index', 'append']);
  assert.deepEqual(excluded('q1', 'tag:setup'), ['delete-index', 'q2', 'query']);
});

test('a parallel element shrinks with its members', () => {
  const [parallel] = filterTasks(workload, parseTaskFilters(['q2']), []).testProcedures[0]?.schedule ?? [];
  assert.ok(parallel?.kind === 'parallel');
  assert.deepEqual([parallel.clients, parallel.completedBy], [3, null]);
});

test('"any" goes on with the members that are left', () => {
  const members = ['a', 'b', 'c'].map((name) => ({ operation: 'query', name }));
  const any = parse(withSchedule([{ parallel: { 'completed-by': 'any', tasks: members } }])).workload;
  const [parallel] = filterTasks(any, [], parseTaskFilters(['b'])).testProcedures[0]?.schedule ?? [];
  assert.ok(parallel?.kind === 'parallel');
  assert.deepEqual([parallel.clients, parallel.completedBy], [2, { kind: 'any' }]);
  assert.match(writeJson(renderedJson(any)), /"completed-by":"any"/);
});

test('other filters are errors', () => {
  for (const word of ['op:search', 'type:', 'tag:a:b', ':x']) {
    assert.throws(() => parseTaskFilters([word]), {
      code: 'USAGE',
      exitCode: 64,
      message: new RegExp(`The task filter "${word}"`),
    });
  }
});

test('filters are idempotent, and included and excluded tasks make up the whole', () => {
  const word = fc.constantFrom(
    'delete-index',
    'append',
    'q1',
    'q2',
    'query',
    'type:search',
    'type:bulk',
    'tag:setup',
    'tag:read',
    'other',
  );
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      const filters: readonly TaskFilter[] = parseTaskFilters(words);
      const included = filterTasks(workload, filters, []);
      const excluded = filterTasks(workload, [], filters);
      assert.deepEqual(filterTasks(included, filters, []), included);
      assert.deepEqual(filterTasks(excluded, [], filters), excluded);
      assert.deepEqual([...names(included), ...names(excluded)].sort(), [...names(workload)].sort());
    }),
  );
});

test('test mode cuts documents, counts and periods', () => {
  const cut = forTestMode(workload);
  const documents = cut.corpora[0]?.documentSets[0];
  assert.deepEqual(
    [documents?.documentFile, documents?.archiveFile, documents?.documentCount],
    ['logs-1k.json', 'logs-1k.json.bz2', 1000],
  );
  assert.deepEqual(
    leafTasks(cut.testProcedures[0]?.schedule ?? []).map((task) => [
      task.name,
      task.warmupIterations,
      task.iterations,
      task.warmupTimePeriod,
      task.timePeriod,
    ]),
    [
      ['delete-index', null, null, null, null],
      ['append', null, null, 0, 10],
      ['q1', null, 2, null, null],
      ['q2', 2, null, null, null],
      ['query', null, null, null, 5],
    ],
  );
  for (const task of leafTasks(cut.testProcedures[0]?.schedule ?? []))
    assert.deepEqual([task.targetThroughput, task.rampUpTimePeriod], [null, null]);
  assert.equal(names(cut).join(), names(workload).join());
});

test('test mode sends the first vectors of a data set, once', () => {
  const cutOf = (params: object): unknown => {
    const operation = { name: 'v', 'operation-type': 'vector-search', ...params };
    const [task] = forTestMode(parse(withSchedule([{ operation }])).workload).testProcedures[0]?.schedule ?? [];
    return task?.kind === 'task' ? toPlain(task.operation.params) : null;
  };
  const base = { name: 'v', 'operation-type': 'vector-search', data_set_path: 'x.hdf5' };
  assert.deepEqual(cutOf({ data_set_path: 'x.hdf5' }), { ...base, num_vectors: 1000 });
  assert.deepEqual(cutOf({ data_set_path: 'x.hdf5', num_vectors: 7, repetitions: 5 }), {
    ...base,
    num_vectors: 7,
    repetitions: 1,
  });
  assert.deepEqual(cutOf({ data_set_path: 'x.hdf5', num_vectors: 5000 }), { ...base, num_vectors: 1000 });
  assert.deepEqual(cutOf({ k: 1 }), { name: 'v', 'operation-type': 'vector-search', k: 1 });
});

test('test mode follows addresses and drops parts, and leaves the files of vectors alone', () => {
  const documents = (properties: Readonly<Record<string, unknown>>): unknown => {
    const corpora = [{ name: 'c', documents: [{ 'document-count': 5, 'compressed-bytes': 9, ...properties }] }];
    const [set] = forTestMode(parse(withSchedule(schedule, { corpora })).workload).corpora[0]?.documentSets ?? [];
    return [
      set?.documentFile,
      set?.archiveFile,
      set?.sourceUrl,
      set?.parts.length,
      set?.documentCount,
      set?.compressedBytes,
    ];
  };
  assert.deepEqual(documents({ 'source-file': 'a.json' }), ['a-1k.json', null, null, 0, 1000, null]);
  assert.deepEqual(documents({ 'source-file': 'a' }), ['a-1k', null, null, 0, 1000, null]);
  assert.deepEqual(
    documents({
      'source-file': 'a.json.gz',
      'source-url': 'http://h/x/b.json.gz?k=1',
      'source-file-parts': [{ name: 'p', size: 1 }],
    }),
    ['a-1k.json', 'a-1k.json.gz', 'http://h/x/b-1k.json.gz?k=1', 0, 1000, null],
  );
  assert.deepEqual(documents({ 'source-file': 'a.hdf5.bz2', 'source-format': 'hdf5' }), [
    'a.hdf5',
    'a.hdf5.bz2',
    null,
    0,
    5,
    9,
  ]);
});

test('serverless keeps what is allowed there, custom types and parallel elements', () => {
  const inline = (type: string, serverless?: boolean): unknown => ({
    name: `${type}-${serverless}`,
    operation: { 'operation-type': type, serverless },
  });
  const parsed = parse(
    withSchedule([...schedule, inline('refresh'), inline('refresh', true), inline('search', false), inline('custom')]),
  );
  const { workload: filtered, notices } = forServerless(parsed.workload, operationCatalog);
  assert.deepEqual(names(filtered), [
    'delete-index',
    'append',
    'q1',
    'q2',
    'query',
    'refresh-true',
    'custom-undefined',
  ]);
  assert.deepEqual(notices, [
    'Test procedure [default]: not run, as a serverless collection does not allow them: refresh-undefined, ' +
      'search-false.',
  ]);
});

test('an unknown test procedure is an error that lists the known ones', () => {
  assert.equal(selectProcedure(workload, null).name, 'default');
  assert.throws(() => selectProcedure(workload, 'defualt'), {
    code: 'USAGE',
    exitCode: 64,
    message: 'Workload [w] has no test procedure [defualt]. It has: default.',
    hint: 'Did you mean "default"?',
  });
});

test('the description counts documents and numbers the schedule', () => {
  const description = describeWorkload(workload);
  assert.deepEqual(
    [description.documentCount, description.compressedBytes, description.uncompressedBytes],
    [100, null, null],
  );
  assert.deepEqual(description.testProcedures[0]?.schedule, [
    { kind: 'task', number: '1', name: 'delete-index', operationType: 'delete-index', clients: 1 },
    { kind: 'task', number: '2', name: 'append', operationType: 'bulk', clients: 8 },
    {
      kind: 'parallel',
      number: '3',
      clients: 5,
      tasks: [
        { number: '3.1', name: 'q1', operationType: 'search', clients: 2 },
        { number: '3.2', name: 'q2', operationType: 'search', clients: 3 },
      ],
    },
    { kind: 'task', number: '4', name: 'query', operationType: 'search', clients: 1 },
  ]);
});

test('the rendered workload is what was loaded', () => {
  const text = writeJson(renderedJson(filterTasks(workload, parseTaskFilters(['q1']), [])));
  assert.equal(
    text,
    '{"version":2,"name":"w","description":"","indices":[{"name":"logs"}],' +
      '"corpora":[{"name":"logs","documents":[{"source-file":"logs.json.bz2","source-format":"bulk","base-url":"http://host","document-count":100,' +
      '"includes-action-and-meta-data":false,"target-index":"logs"}]}],' +
      '"test_procedures":[{"name":"default","description":"","default":true,"schedule":[{"parallel":{"clients":2,"completed-by":"q1","tasks":[' +
      '{"name":"q1","operation":{"name":"query","operation-type":"search","body":{}},"clients":2,"iterations":100,"target-throughput":5,' +
      '"schedule":"deterministic","tags":["read"]}]}}]}]}',
  );
});

test('the table of operation types is complete, and says of those that exist that they do', () => {
  const supported = [...operationCatalog.facts].filter(([, facts]) => facts.unsupported === null).map(([name]) => name);
  assert.deepEqual(supported.sort(), executableTypes.map((type) => type.name).sort());
  assert.equal(operationCatalog.facts.size, 59);
  assert.deepEqual(operationCatalog.facts.get('force-merge'), {
    isAdmin: true,
    runsOnServerless: false,
    unsupported: null,
  });
  assert.deepEqual(operationCatalog.facts.get('search'), { isAdmin: false, runsOnServerless: true, unsupported: null });
});
