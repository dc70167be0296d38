// JSON → model: the shapes of a workload and the rules for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leafTasks } from '../../src/workload/model.ts';
import { firstTask, parse, withSchedule } from './parsed-workload.ts';

const task = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  withSchedule([{ operation: 'query', ...properties }]);

test('a small workload as a whole', () => {
  const { workload, complaints } = parse({
    version: 2,
    description: 'about',
    meta: { a: 1 },
    indices: [
      { name: 'logs', body: 'index.json', types: ['doc'] },
      { name: 'bare', body: '' },
    ],
    templates: [{ name: 't', 'index-pattern': 't*', template: 't.json' }],
    'composable-templates': [
      { name: 'c', 'index-pattern': 'c*', template: 'c.json', 'delete-matching-indices': false },
    ],
    'component-templates': [{ name: 'p', template: 'p.json' }],
    corpora: [
      {
        name: 'logs',
        'base-url': 'http://host/logs',
        'target-index': 'logs',
        meta: { b: 2 },
        documents: [
          { 'source-file': 'a.json.bz2', 'document-count': 10, 'compressed-bytes': 5, 'uncompressed-bytes': 50 },
          {
            'source-file': 'b.json',
            'document-count': 20,
            'base-url': 'http://other',
            'target-index': 'bare',
            'target-type': 'x',
          },
          {
            'source-file': 'c.tar.gz',
            'document-count': 30,
            'includes-action-and-meta-data': true,
            'source-url': 'http://host/z.tar.gz',
          },
          {
            'source-file': 'd.json.zst',
            'document-count': 1,
            'source-file-parts': [{ name: 'd0', size: 7 }],
            generator: { name: 'eventdata' },
          },
        ],
      },
    ],
    operations: [{ name: 'append', 'operation-type': 'bulk', 'bulk-size': 10, meta: { c: 3 } }],
    test_procedures: [
      {
        name: 'one',
        description: 'first',
        'user-info': 'hello',
        schedule: [{ operation: 'append', clients: 2, meta: { d: 4 }, tags: 'x' }],
      },
      { name: 'two', default: true, schedule: [{ operation: 'append' }] },
    ],
    '#COMMENT': 'unknown keys are fine',
  });
  assert.deepEqual(complaints, []);
  assert.equal(workload.description, 'about');
  assert.deepEqual(workload.indices, [
    { name: 'logs', body: new Map([['file', 'index.json']]), types: ['doc'] },
    { name: 'bare', body: null, types: [] },
  ]);
  assert.deepEqual(workload.templates, [
    { name: 't', pattern: 't*', body: new Map([['file', 't.json']]), deleteMatchingIndices: true },
  ]);
  assert.deepEqual(workload.composableTemplates, [
    { name: 'c', pattern: 'c*', body: new Map([['file', 'c.json']]), deleteMatchingIndices: false },
  ]);
  assert.deepEqual(workload.componentTemplates, [{ name: 'p', body: new Map([['file', 'p.json']]) }]);
  const plain = {
    sourceFormat: 'bulk',
    baseUrl: 'http://host/logs',
    sourceUrl: null,
    parts: [],
    includesActionAndMetaData: false,
    compressedBytes: null,
    uncompressedBytes: null,
    targetIndex: 'logs',
    targetType: null,
    targetDataStream: null,
    meta: new Map(),
    generator: null,
    isStreamed: false,
  };
  assert.deepEqual(workload.corpora, [
    {
      name: 'logs',
      meta: new Map([['b', 2]]),
      documentSets: [
        {
          ...plain,
          documentFile: 'a.json',
          archiveFile: 'a.json.bz2',
          documentCount: 10,
          compressedBytes: 5,
          uncompressedBytes: 50,
        },
        {
          ...plain,
          documentFile: 'b.json',
          archiveFile: null,
          documentCount: 20,
          baseUrl: 'http://other',
          targetIndex: 'bare',
          targetType: 'x',
        },
        {
          ...plain,
          documentFile: 'c',
          archiveFile: 'c.tar.gz',
          documentCount: 30,
          includesActionAndMetaData: true,
          sourceUrl: 'http://host/z.tar.gz',
          targetIndex: null,
        },
        {
          ...plain,
          documentFile: 'd.json',
          archiveFile: 'd.json.zst',
          documentCount: 1,
          parts: [{ name: 'd0', size: 7 }],
          generator: { name: 'eventdata', seed: 42 },
        },
      ],
    },
  ]);
  const [one, two] = workload.testProcedures;
  assert.deepEqual([one?.isDefault, two?.isDefault], [false, true]);
  assert.equal(one?.userInfo, 'hello');
  assert.deepEqual(leafTasks(one?.schedule ?? [])[0], {
    kind: 'task',
    name: 'append',
    operation: {
      name: 'append',
      type: 'bulk',
      params: new Map<string, unknown>([
        ['name', 'append'],
        ['operation-type', 'bulk'],
        ['bulk-size', 10],
        ['meta', new Map([['c', 3]])],
      ]),
      includeInReporting: true,
      meta: new Map([['c', 3]]),
      location: { file: 'workload.json', path: 'operations[0]' },
    },
    clients: 2,
    warmupIterations: null,
    iterations: null,
    warmupTimePeriod: null,
    timePeriod: null,
    rampUpTimePeriod: null,
    rampDownTimePeriod: null,
    targetThroughput: null,
    schedule: 'deterministic',
    customSchedule: null,
    ignoreResponseErrorLevel: null,
    tags: ['x'],
    meta: new Map([['d', 4]]),
  });
});

/** What is wrong → every complaint about it, as `path: message`. */
const wrongWorkloads: readonly (readonly [name: string, definition: unknown, complaints: readonly string[]])[] = [
  [
    'no object',
    [1],
    [
      ': A workload must be an object, not an array',
      'test_procedures: Exactly one of test_procedures, test_procedure and schedule is needed; none of them is there',
    ],
  ],
  [
    'version as text',
    task({}) && { ...task({}), version: '2' },
    ['version: must be the integer 2, not the string "2"'],
  ],
  [
    'old version',
    { ...task({}), version: 1 },
    ['version: is 1, an outdated format of workloads; this program reads version 2'],
  ],
  ['new version', { ...task({}), version: 3 }, ['version: is 3, a newer format than this program reads (2)']],
  ['empty list', { ...task({}), corpora: [] }, ['corpora: must be a non-empty array, not an empty one']],
  [
    'both kinds of targets',
    { ...task({}), 'data-streams': [{ name: 's' }] },
    [
      'data-streams: indices and data-streams exclude each other',
      'corpora[0].documents[0].target-data-stream: cannot be combined with the indices of the workload',
    ],
  ],
  [
    'duplicates',
    { ...task({}), indices: [{ name: 'logs' }, { name: 'logs' }], corpora: undefined },
    ['indices[1].name: Another index is named "logs" (indices[0]); names must be unique'],
  ],
  [
    'several targets',
    { ...task({}), indices: [{ name: 'a' }, { name: 'b' }] },
    ['corpora[0].documents[0].target-index: is missing, and the workload has several to send the documents to'],
  ],
  [
    'no target',
    { ...task({}), indices: undefined },
    ['corpora[0].documents[0].target-index: is missing, and the workload defines none to send the documents to'],
  ],
  [
    'documents',
    {
      ...task({}),
      corpora: [{ name: 'c', documents: [{ 'document-count': 0, 'source-format': 'csv', 'compressed-bytes': '5' }] }],
    },
    [
      'corpora[0].documents[0].source-file: is missing; it must be a string',
      'corpora[0].documents[0].document-count: must be an integer of at least 1, not the number 0',
      'corpora[0].documents[0].source-format: must be one of "bulk", "hdf5", "big-ann", not the string "csv"',
      'corpora[0].documents[0].compressed-bytes: must be an integer of at least 1, not the string "5"',
    ],
  ],
  [
    'no schedule',
    { indices: [{ name: 'a' }] },
    ['test_procedures: Exactly one of test_procedures, test_procedure and schedule is needed; none of them is there'],
  ],
  [
    'two forms',
    { ...task({}), test_procedure: {} },
    [
      'schedule: Exactly one of test_procedures, test_procedure and schedule is needed; test_procedure and schedule ' +
        'are there',
      'test_procedure.name: is missing; it must be a string',
      'test_procedure.schedule: is missing; it must be a non-empty array of tasks',
    ],
  ],
  [
    'no default',
    { test_procedures: ['a', 'b'].map((name) => ({ name, schedule: [{ operation: 'refresh' }] })) },
    ['test_procedures: None of the test procedures is the default'],
  ],
  [
    'two defaults of one name',
    { test_procedures: [1, 2].map(() => ({ name: 'a', default: true, schedule: [{ operation: 'refresh' }] })) },
    [
      'test_procedures[1].name: Another test procedure is named "a" (test_procedures[0]); names must be unique',
      'test_procedures[1].default: Several test procedures are the default: a, a',
    ],
  ],
  [
    'no operation',
    withSchedule([{ name: 'x' }]),
    ['schedule[0].operation: is missing; a task needs the name of an operation or an operation itself'],
  ],
  [
    'operation of a wrong type',
    withSchedule([{ operation: 5 }]),
    ['schedule[0].operation: must be the name of an operation or an object, not the number 5'],
  ],
  [
    'inline operation without a type',
    withSchedule([{ operation: { name: 'x' } }]),
    ['schedule[0].operation.operation-type: is missing; it must be a string'],
  ],
  [
    'task names',
    withSchedule([{ operation: 'query' }, { operation: 'query' }]),
    ['schedule[1].operation: Test procedure "default" has two tasks named "query" (the other at schedule[0])'],
  ],
  [
    'warm-up by count, load by time',
    task({ 'warmup-iterations': 5, 'time-period': 5 }),
    ['schedule[0].warmup-iterations: warmup-iterations and time-period exclude each other'],
  ],
  [
    'warm-up by time, load by count',
    task({ 'warmup-time-period': 5, iterations: 5 }),
    ['schedule[0].iterations: iterations and warmup-time-period exclude each other'],
  ],
  [
    'count and time at once',
    task({ iterations: 5, 'time-period': 5 }),
    ['schedule[0].iterations: iterations and time-period exclude each other'],
  ],
  [
    'two warm-ups',
    task({ 'warmup-iterations': 5, 'warmup-time-period': 5 }),
    ['schedule[0].warmup-iterations: warmup-iterations and warmup-time-period exclude each other'],
  ],
  [
    'a count inside, a time around',
    withSchedule([{ parallel: { 'time-period': 5, tasks: [{ operation: 'query', iterations: 5 }] } }]),
    ['schedule[0].parallel.tasks[0].iterations: iterations and time-period exclude each other'],
  ],
  [
    'slips in the keys of tasks',
    withSchedule([
      { operation: 'query', iteration: 5, target_throughput: 9, Clients: 3 },
      { parallel: { completed_by: 'x', task: [], tasks: [{ operation: 'append', tag: 'a' }] } },
    ]),
    [
      'schedule[0].iteration: is no key that has an effect here',
      'schedule[0].target_throughput: is no key that has an effect here',
      'schedule[0].Clients: is no key that has an effect here',
      'schedule[1].parallel.completed_by: is no key that has an effect here',
      'schedule[1].parallel.task: is no key that has an effect here',
      'schedule[1].parallel.tasks[0].tag: is no key that has an effect here',
    ],
  ],
  [
    'slips in the keys of a workload, its indices, corpora, documents and test procedures',
    {
      descripton: 'x',
      indices: [{ name: 'i', bdy: 'i.json' }],
      corpora: [
        {
          name: 'c',
          target_index: 'i',
          documents: [{ 'source-file': 'd.json', 'document-count': 1, 'includes-action-and-metadata': true }],
        },
      ],
      test_procedures: [{ name: 'p', defaults: true, schedule: [{ operation: 'cluster-health' }] }],
    },
    [
      'descripton: is no key that has an effect here',
      'indices[0].bdy: is no key that has an effect here',
      'corpora[0].target_index: is no key that has an effect here',
      'corpora[0].documents[0].includes-action-and-metadata: is no key that has an effect here',
      'test_procedures[0].defaults: is no key that has an effect here',
    ],
  ],
  [
    'numbers beyond all timers',
    task({ 'time-period': 3_000_000, 'target-interval': 3_000_000 }),
    [
      'schedule[0].time-period: must be an integer of at most 2147483, not the number 3000000',
      'schedule[0].target-interval: must be a number of seconds above 0 and of at most 2147483, not the number 3000000',
    ],
  ],
  [
    'ramp with counts',
    task({ 'ramp-up-time-period': 5, iterations: 5 }),
    ['schedule[0].ramp-up-time-period: ramp-up-time-period cannot be combined with iterations'],
  ],
  [
    'ramp without warm-up',
    task({ 'ramp-up-time-period': 5, 'time-period': 9 }),
    ['schedule[0].ramp-up-time-period: ramp-up-time-period needs warmup-time-period'],
  ],
  [
    'ramp above warm-up',
    task({ 'ramp-up-time-period': 5, 'warmup-time-period': 4 }),
    ['schedule[0].ramp-up-time-period: ramp-up-time-period (5 s) must not be longer than warmup-time-period (4 s)'],
  ],
  [
    'ramp-down above time',
    task({ 'ramp-down-time-period': 11, 'time-period': 10 }),
    ['schedule[0].ramp-down-time-period: ramp-down-time-period (11 s) must not be longer than time-period (10 s)'],
  ],
  ['clients', task({ clients: 0 }), ['schedule[0].clients: must be an integer of at least 1, not the number 0']],
  [
    'parallel',
    withSchedule([
      {
        parallel: {
          'ramp-up-time-period': 2,
          'warmup-time-period': 4,
          'completed-by': 'x',
          tasks: [{ operation: 'query', 'ramp-up-time-period': 3 }, { parallel: {} }],
        },
      },
    ]),
    [
      'schedule[0].parallel.tasks[0].ramp-up-time-period: must be the same as ramp-up-time-period of the parallel ' +
        'element around it',
      'schedule[0].parallel.tasks[1].parallel: A parallel element cannot contain another one',
      'schedule[0].parallel.completed-by: must name exactly one task of the parallel element (query) or be "any"; ' +
        '"x" names none',
    ],
  ],
];

test('all problems are reported, each with its path', () => {
  for (const [name, definition, complaints] of wrongWorkloads)
    assert.deepEqual(parse(definition).complaints, complaints, name);
});

test('integers must be integer literals', () => {
  for (const [literal, message] of [
    ['8.0', 'not the number 8.0'],
    ['"8"', 'not the string "8"'],
    ['true', 'not true'],
    ['1e3', 'not the number 1000.0'],
    ['-1', 'not the number -1'],
    ['NaN', 'not the number NaN'],
    ['[]', 'not an array'],
  ]) {
    const { complaints } = parse(`{"schedule": [{"operation": "refresh", "clients": ${literal}}]}`);
    assert.deepEqual(complaints, [`schedule[0].clients: must be an integer of at least 1, ${message}`]);
  }
  for (const literal of ['99999999999999999999', '1e20', 'Infinity']) {
    const { complaints } = parse(`{"schedule": [{"operation": "refresh", "clients": ${literal}}]}`);
    assert.match(
      complaints[0] ?? '',
      /^schedule\[0\]\.clients: must be an integer of at most 9007199254740991, not the number/,
    );
  }
});

test('a single procedure, and a bare schedule, are the default', () => {
  const single = parse({ test_procedure: { name: 'p', schedule: [{ operation: 'refresh' }] } }).workload.testProcedures;
  assert.deepEqual(
    single.map(({ name, isDefault, isAutoGenerated }) => ({ name, isDefault, isAutoGenerated })),
    [{ name: 'p', isDefault: true, isAutoGenerated: false }],
  );
  const [bare] = parse({ schedule: [{ operation: 'refresh' }] }).workload.testProcedures;
  assert.deepEqual([bare?.name, bare?.isDefault, bare?.isAutoGenerated], ['default', true, true]);
});

test('a string is an operation of the block, else a type', () => {
  const parsed = parse(
    withSchedule([
      { operation: 'delete-index' },
      { operation: { 'operation-type': 'sleep', duration: 1 }, name: 'nap' },
    ]),
  );
  const [first, second] = leafTasks(parsed.workload.testProcedures[0]?.schedule ?? []);
  assert.equal(first?.operation.type, 'delete-index');
  assert.equal(first?.operation.includeInReporting, false);
  assert.deepEqual(
    [second?.name, second?.operation.name, second?.operation.location.path],
    ['nap', 'sleep', 'schedule[1].operation'],
  );
});

test('parallel tasks inherit limits and add up their clients', () => {
  const limits = { 'warmup-time-period': 10, 'time-period': 20, 'ramp-up-time-period': 5 };
  const members = [
    { operation: 'query', clients: 2 },
    { operation: 'append', 'time-period': 7 },
  ];
  const { workload, complaints } = parse(
    withSchedule([{ parallel: { ...limits, 'completed-by': 'append', tasks: members } }]),
  );
  assert.deepEqual(complaints, []);
  const [parallel] = workload.testProcedures[0]?.schedule ?? [];
  assert.ok(parallel?.kind === 'parallel');
  assert.deepEqual([parallel.clients, parallel.completedBy], [3, { kind: 'task', name: 'append' }]);
  assert.deepEqual(
    parallel.tasks.map((member) => [member.warmupTimePeriod, member.timePeriod, member.rampUpTimePeriod]),
    [
      [10, 20, 5],
      [10, 7, 5],
    ],
  );
});

test('clients_list makes a task per number of clients', () => {
  const { workload } = parse(withSchedule([{ operation: 'query', clients_list: [1, 4] }]));
  assert.deepEqual(
    leafTasks(workload.testProcedures[0]?.schedule ?? []).map(({ name, clients }) => [name, clients]),
    [
      ['default_1_clients', 1],
      ['default_4_clients', 4],
    ],
  );
});

test('parameters of the workload lie under those of a procedure', () => {
  const { workload } = parse({
    parameters: { a: 1, list: [1, 2], nested: { x: 1, y: 1 } },
    test_procedure: {
      name: 'p',
      parameters: { a: 2, list: [2, 3], nested: { y: 2 } },
      schedule: [{ operation: 'refresh' }],
    },
  });
  assert.deepEqual(
    workload.testProcedures[0]?.parameters,
    new Map<string, unknown>([
      ['a', 2],
      ['list', [1, 2, 3]],
      [
        'nested',
        new Map([
          ['x', 1],
          ['y', 2],
        ]),
      ],
    ]),
  );
});

test('target throughput and interval', () => {
  const rates: readonly (readonly [Readonly<Record<string, unknown>>, unknown])[] = [
    [{}, null],
    [{ 'target-throughput': 0 }, null],
    [{ 'target-throughput': '' }, null],
    [{ 'target-throughput': '0 docs/s' }, null],
    [{ 'target-throughput': 'none' }, null],
    [{ 'target-throughput': 'None' }, null],
    [
      { 'target-throughput': null, 'target-interval': 5 },
      { value: 0.2, unit: 'ops' },
    ],
    [{ 'target-throughput': '10' }, { value: 10, unit: 'ops' }],
    [{ 'target-throughput': 10 }, { value: 10, unit: 'ops' }],
    [{ 'target-throughput': 0.5 }, { value: 0.5, unit: 'ops' }],
    [{ 'target-throughput': '10 docs/s' }, { value: 10, unit: 'docs' }],
    [{ 'target-throughput': '.5 ops/s' }, { value: 0.5, unit: 'ops' }],
    [{ 'target-throughput': '2.5 pages/s, at most' }, { value: 2.5, unit: 'pages' }],
    [{ 'target-interval': 5 }, { value: 0.2, unit: 'ops' }],
    [
      { 'target-interval': 5, 'target-throughput': '' },
      { value: 0.2, unit: 'ops' },
    ],
  ];
  for (const [properties, expected] of rates)
    assert.deepEqual(firstTask(parse(task(properties))).targetThroughput, expected, JSON.stringify(properties));
  for (const wrong of ['10docs/s', '5e3 docs/s', 'nothing', -1, 1e-9, true, [10]]) {
    assert.equal(
      parse(task({ 'target-throughput': wrong })).problems[0]?.path,
      'schedule[0].target-throughput',
      String(wrong),
    );
  }
  assert.deepEqual(parse(task({ 'target-throughput': 1, 'target-interval': 1 })).complaints, [
    'schedule[0].target-interval: target-throughput and target-interval exclude each other',
  ]);
  assert.equal(parse(task({ 'target-interval': '5' })).problems[0]?.path, 'schedule[0].target-interval');
});

test('completed-by names a task, or "any" for whichever ends first; a task of that name is meant by its name', () => {
  const completedBy = (word: string, ...names: readonly string[]) => {
    const tasks = names.map((name) => ({ name, operation: 'query' }));
    const { workload, complaints } = parse(withSchedule([{ parallel: { 'completed-by': word, tasks } }]));
    const [element] = workload.testProcedures[0]?.schedule ?? [];
    return complaints.length > 0 ? complaints : element?.kind === 'parallel' ? element.completedBy : undefined;
  };
  assert.deepEqual(completedBy('any', 'a', 'b'), { kind: 'any' });
  assert.deepEqual(completedBy('any', 'a', 'any'), { kind: 'task', name: 'any' });
  assert.deepEqual(completedBy('b', 'a', 'b'), { kind: 'task', name: 'b' });
  const message = 'must name exactly one task of the parallel element (reads, writes) or be "any"; "read" names none';
  assert.deepEqual(completedBy('read', 'reads', 'writes'), [`schedule[0].parallel.completed-by: ${message}`]);
});

test('null is like nothing, which is what templates make of a parameter that is not given', () => {
  const { workload, complaints } = parse(
    withSchedule([
      {
        operation: 'query',
        name: null,
        clients: null,
        iterations: null,
        tags: null,
        'target-throughput': null,
        schedule: null,
      },
    ]),
  );
  assert.deepEqual(complaints, []);
  const [task] = leafTasks(workload.testProcedures[0]?.schedule ?? []);
  assert.deepEqual(
    [task?.name, task?.clients, task?.iterations, task?.tags, task?.targetThroughput],
    ['query', 1, null, [], null],
  );
  assert.deepEqual(parse({ schedule: [{ operation: null }] }).complaints, [
    'schedule[0].operation: is missing; a task needs the name of an operation or an operation itself',
  ]);
});

test('any error level loads; only "non-fatal" has an effect', () => {
  const levelOf = (level: string) =>
    firstTask(parse(task({ 'ignore-response-error-level': level }))).ignoreResponseErrorLevel;
  assert.deepEqual(['non-fatal', 'fatal', '', 'other'].map(levelOf), ['non-fatal', null, null, null]);
});

test('comments and keys of plug-ins may stand beside those of a task; keys without effect are remembered', () => {
  const keys = { '#COMMENT': 'x', comment: 'y', 'request-params': {}, index: 'logs' };
  const { workload, notes, complaints } = parse(
    withSchedule([
      { operation: 'query', ...keys },
      { operation: 'append', schedule: 'own', iteration: 4 },
    ]),
  );
  assert.deepEqual(complaints, []);
  assert.deepEqual(notes.tasks.get('default/query')?.idleKeys, ['request-params', 'index']);
  assert.deepEqual(notes.tasks.get('default/append'), { path: 'schedule[1]', idleKeys: [] });
  const append = leafTasks(workload.testProcedures[0]?.schedule ?? []).find(({ name }) => name === 'append');
  assert.equal(append?.customSchedule?.name, 'own');
  assert.equal(append?.customSchedule?.spec.get('iteration'), 4);
});

test('names are one line without control characters; anything else may be in them, and case counts', () => {
  const names = ['Q', 'q', 'ä😀', '<b>&|', 'x'.repeat(10_000), '__proto__'];
  assert.deepEqual(parse(withSchedule(names.map((name) => ({ operation: 'query', name })))).complaints, []);
  for (const name of ['a\nb', '\u001b[31mred', 'a\u2028b', '']) {
    for (const [task, path] of [
      [{ operation: 'query', name }, 'schedule[0].name'],
      [{ operation: { name, 'operation-type': 'refresh' } }, 'schedule[0].operation.name'],
    ] as const) {
      const { complaints } = parse(withSchedule([task]));
      assert.ok(complaints[0]?.startsWith(`${path}: must `), `${JSON.stringify(name)}: ${complaints.join()}`);
    }
  }
});

test('each number of clients of a list is checked', () => {
  const { complaints } = parse('{"schedule": [{"operation": "refresh", "clients_list": [1, 1e20, "3", 0, 2]}]}');
  assert.deepEqual(complaints, [
    'schedule[0].clients_list[1]: must be an integer of at most 9007199254740991, not the number 100000000000000000000',
    'schedule[0].clients_list[2]: must be an integer of at least 1, not the string "3"',
    'schedule[0].clients_list[3]: must be an integer of at least 1, not the number 0',
  ]);
});
