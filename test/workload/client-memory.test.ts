import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../src/units.ts';
import { findExcessClients } from '../../src/workload/client-memory.ts';
import { parse, withSchedule } from './parsed-workload.ts';

const GIGABYTE = 1e9;

function excess(schedule: readonly unknown[], available: number): readonly string[] {
  const { workload, notes, complaints } = parse(withSchedule(schedule));
  assert.deepEqual(complaints, []);
  const [procedure] = workload.testProcedures;
  assert.ok(procedure !== undefined);
  return findExcessClients(procedure, notes, 'workload.json', bytes(available)).map(
    ({ file, path, message }) => `${file} ${path}: ${message}`,
  );
}

const need = (memory: string, available: string): string =>
  `need at least ${memory} of memory, and ${available} are available`;

test('clients that do not fit into memory are named with their task, before anything is made for them', () => {
  const schedule = [
    { operation: 'append', clients: 8 },
    { operation: 'query', clients: 100_000_000 },
    { operation: 'query', name: 'most', clients: Number.MAX_SAFE_INTEGER },
  ];
  assert.deepEqual(excess(schedule, 4 * GIGABYTE), [
    `workload.json schedule[1].clients: 100000000 clients ${need('1300 GB', '4 GB')}`,
    `workload.json schedule[2].clients: 9007199254740991 clients ${need('110000000000 GB', '4 GB')}`,
  ]);
  assert.deepEqual(excess([{ operation: 'query', clients: 100_000 }], 4 * GIGABYTE), []);
});

test('the clients of a parallel element count together; those that take turns need less', () => {
  const members = [
    { operation: 'query', name: 'a', clients: 60_000 },
    { operation: 'query', name: 'b', clients: 60_000 },
  ];
  assert.deepEqual(excess([{ parallel: { tasks: members } }], GIGABYTE), [
    `workload.json schedule[0].parallel: 120000 clients ${need('1.5 GB', '1 GB')}`,
  ]);
  assert.deepEqual(excess([{ parallel: { clients: 100, tasks: members } }], GIGABYTE), []);
  const turns = [{ parallel: { clients: 1, tasks: [{ operation: 'query', clients: 100_000_000 }] } }];
  assert.deepEqual(excess(turns, GIGABYTE), [
    `workload.json schedule[0].parallel.tasks[0].clients: 100000000 clients ${need('25 GB', '1 GB')}`,
  ]);
});

test('the plan of all tasks together has to fit as well', () => {
  const schedule = Array.from({ length: 100 }, (_, index) => ({
    operation: 'query',
    name: `q${index}`,
    clients: 60_000,
  }));
  const message =
    'All tasks of test procedure "default" together have so many clients that their plan needs at least 1.5 GB of ' +
    'memory';
  assert.deepEqual(excess(schedule, GIGABYTE), [`workload.json schedule: ${message}, and 1 GB are available`]);
});
