import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { withInlinedFiles } from '../../src/coordinator/inlined-files.ts';
import { writeJson } from '../../src/json.ts';
import { leafTasks, type TestProcedure } from '../../src/workload/model.ts';
import { task, workloadOf } from '../support/small-model.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';

function procedureOf(...files: readonly string[]): TestProcedure {
  const tasks = files.map((file, index) => task(`t${index}`, 'register-ml-model', { 'model-config-file': file }));
  const schedule = [
    ...tasks.slice(0, 1),
    { kind: 'parallel' as const, clients: 1, tasks: tasks.slice(1), completedBy: null },
    task('other', 'refresh', {}),
  ];
  const [procedure] = workloadOf(schedule).testProcedures;
  assert.ok(procedure);
  return { ...procedure, schedule };
}

test('files that operations name are read on the coordinator, wherever in the schedule they stand', (context) => {
  const directory = temporaryFiles(context, { 'a.json': '{"name": "m", "size": 5.0}' });
  const procedure = withInlinedFiles(procedureOf('', 'a.json', join(directory, 'a.json')), directory);
  assert.deepEqual(
    leafTasks(procedure.schedule).map(({ operation }) => writeJson(operation.params)),
    [
      '{"operation-type":"register-ml-model","model-config-file":""}',
      '{"operation-type":"register-ml-model","model-config":{"name":"m","size":5.0}}',
      '{"operation-type":"register-ml-model","model-config":{"name":"m","size":5.0}}',
      '{"operation-type":"refresh"}',
    ],
  );
});

test('a file that is not there or holds no object is named, with the operation and its place', (context) => {
  const directory = temporaryFiles(context, { 'list.json': '[]' });
  for (const [file, reason] of [
    ['nowhere.json', /nowhere\.json/],
    ['list.json', /list\.json holds no JSON object/],
  ] as const) {
    assert.throws(
      () => withInlinedFiles(procedureOf(file), directory),
      (error: { code: string; message: string; problems: readonly { path: string; message: string }[] }) => {
        assert.equal(error.code, 'WORKLOAD_INVALID');
        assert.match(error.message, /"model-config-file" of operation "t0"/);
        assert.match(error.problems[0]?.message ?? '', reason);
        return true;
      },
    );
  }
});
