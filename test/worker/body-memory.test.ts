// Requests that do not fit into memory are refused before anything is sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PreparedCorpus } from '../../src/corpus/prepared.ts';
import { BenchmarkError } from '../../src/errors.ts';
import { bytes } from '../../src/units.ts';
import { requireBodyMemory } from '../../src/worker/body-memory.ts';
import type { TaskPlan } from '../../src/worker/plan.ts';
import { preparedSetOf } from '../corpus/workspace.ts';
import { EMPTY, spec } from '../operation/play.ts';
import { drive } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const documents = (size: number, count: number): readonly PreparedCorpus[] => [
  { name: 'c', documentSets: [preparedSetOf('/nowhere', size, count)] },
];

const plan = (name: string, clients: number): TaskPlan => ({
  name,
  operation: { name, type: 'bulk', params: '' },
  clients,
  iterations: null,
  customSchedule: null,
  warmupIterations: null,
  timePeriod: null,
  warmupTimePeriod: null,
  rampUpTimePeriod: null,
  rampDownTimePeriod: null,
  targetThroughput: null,
  schedule: 'deterministic',
  isNonFatal: false,
});

/** The problems of a step in which this thread has some of the clients of one task. */
function problems(
  bulkSize: number,
  corpora: readonly PreparedCorpus[],
  clients: number,
  own: number,
  available: number,
): readonly string[] {
  const cells = (index: number) => [{ task: 0, clientIndex: index, elementIndex: index, elementClients: clients }];
  const step = {
    index: 0,
    tasks: [plan('index', clients)],
    completing: [],
    startsPaused: false,
    clients: Array.from({ length: own }, (_, index) => ({ client: index, cells: cells(index) })),
  };
  try {
    requireBodyMemory({
      steps: [step],
      facts: { ...EMPTY, corpora },
      specOf: () => spec('bulk', { 'bulk-size': bulkSize }),
      available: bytes(available),
    });
    return [];
  } catch (error) {
    assert.ok(
      error instanceof BenchmarkError && error.code === 'WORKLOAD_INVALID' && /bulk-size/.test(error.hint ?? ''),
    );
    return error.problems.map(({ message }) => message);
  }
}

test('a request has at most the documents that a client has', () => {
  assert.deepEqual(problems(1e9, documents(940e6, 1e6), 1, 1, 2e9), []);
  assert.deepEqual(problems(1e9, documents(940e6, 1e6), 1, 1, 1.9e9), [
    'Task "index": the requests of a client of one thread need about 2 GB of memory, and 1.9 GB are available',
  ]);
  assert.deepEqual(problems(1e9, documents(9.4e9, 1e7), 10, 1, 2e9), [], 'a tenth of the documents');
  assert.deepEqual(problems(1e9, documents(9.4e9, 1e7), 10, 2, 2e9), [
    'Task "index": the requests of 2 clients of one thread need about 4 GB of memory, and 2 GB are available',
  ]);
  assert.deepEqual(problems(1e9, documents(9.4e9, 1e7), 10, 0, 0), [], 'nothing of the task is on this thread');
});

test('a request is bounded, however much memory there is', () => {
  assert.deepEqual(problems(1e9, documents(9.4e9, 1e7), 1, 1, 1e15), [
    'Task "index": a request would have about 10 GB; 1.1 GB are the most',
  ]);
  assert.deepEqual(problems(1, documents(3e9, 1), 1, 1, 1e15), [
    'Task "index": a request would have about 3 GB; 1.1 GB are the most',
  ]);
  assert.deepEqual(problems(1, documents(0, 0), 1, 1, 0), []);
});

test('it is found before the first request of the first task', async () => {
  const schedule = [
    task('first', 'cluster-health', {}, { iterations: 1 }),
    task('index', 'bulk', { 'bulk-size': 1_000_000_000, corpora: 'c' }),
  ];
  // Nobody listens there, and nobody is asked.
  const { error, tasks } = await drive({ schedule, targetHosts: '127.0.0.1:1', corpora: documents(9e9, 1e7) });
  assert.ok(error instanceof BenchmarkError);
  assert.equal(error.code, 'WORKLOAD_INVALID');
  assert.deepEqual([tasks.get('first')?.refusedRequests, tasks.get('index')?.refusedRequests], [0, 0]);
});
