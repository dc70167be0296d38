// Puts what is in files of the coordinator's machine into the operations that name them.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BenchmarkError, messageOf } from '../errors.ts';
import { isJsonObject, type Json, parseJson } from '../json.ts';
import { operationType } from '../operation/registry.ts';
import type { Operation, ScheduleElement, Task, TestProcedure } from '../workload/model.ts';

/**
 * The procedure with the files of its operations read. A relative name is looked up in the working directory, then in
 * that of the workload. Throws `WORKLOAD_INVALID` for a file that is not there or holds no JSON object.
 */
export function withInlinedFiles(procedure: TestProcedure, workloadDirectory: string): TestProcedure {
  const changed = (task: Task): Task => {
    const operation = inlined(task.operation, workloadDirectory);
    return operation === task.operation ? task : { ...task, operation };
  };
  const element = (one: ScheduleElement): ScheduleElement =>
    one.kind === 'task' ? changed(one) : { ...one, tasks: one.tasks.map(changed) };
  return { ...procedure, schedule: procedure.schedule.map(element) };
}

function inlined(operation: Operation, workloadDirectory: string): Operation {
  const parameter = operationType(operation.type)?.file ?? null;
  const file = parameter === null ? null : operation.params.get(parameter.name);
  if (parameter === null || typeof file !== 'string' || file === '') return operation;
  const others = [...operation.params].filter(([name]) => name !== parameter.name);
  const content = readObject(operation, parameter.name, [resolve(file), join(workloadDirectory, file)]);
  return { ...operation, params: new Map([...others, [parameter.content, content]]) };
}

function readObject(operation: Operation, parameter: string, paths: readonly [string, string]): Json {
  const failures: string[] = [];
  for (const path of new Set(paths)) {
    try {
      const content = parseJson(readFileSync(path, 'utf8'));
      if (isJsonObject(content)) return content;
      failures.push(`${path} holds no JSON object`);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  const { file, path } = operation.location;
  const message = `"${parameter}" of operation "${operation.name}" names a file that cannot be used.`;
  throw new BenchmarkError('WORKLOAD_INVALID', message, {
    problems: [{ file, path: `${path}.${parameter}`, message: failures.join('; ') }],
    hint: 'Name a JSON file by its absolute path, or relative to the working directory or to the workload.',
  });
}
