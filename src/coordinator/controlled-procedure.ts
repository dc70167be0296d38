// The test procedure of a run as the control of its load wants it.

import { chooseTask, startOf } from '../control/choose-task.ts';
import type { LoadControl } from '../control/load-control.ts';
import { forRateSearch, forRedline, reshape, withClients } from '../control/load-shape.ts';
import { BenchmarkError, unreachable } from '../errors.ts';
import { operationType } from '../operation/registry.ts';
import { allocate, type Step } from '../schedule/allocation.ts';
import { bytes } from '../units.ts';
import { clientMemoryProblem } from '../workload/client-memory.ts';
import type { Task, TestProcedure } from '../workload/model.ts';
import type { CompleteConfig } from './config.ts';

/** Whether a task is load: neither prepares nor tidies up, as administrative operations do. */
export const isLoad = ({ operation }: Task): boolean => operationType(operation.type)?.isAdmin !== true;

/**
 * The procedure with the clients and rates that the control of the load asks for. Throws `CONFIG` if it has no task
 * for that, or if the clients do not fit into memory.
 */
export function controlledProcedure(
  procedure: TestProcedure,
  { control, workers }: Pick<CompleteConfig['load'], 'control' | 'workers'>,
): TestProcedure {
  switch (control.kind) {
    case 'workload':
      return procedure;
    case 'load-test': {
      const changed = reshape(procedure, '--load-test-qps', isLoad, (task) => withClients(task, control.clients));
      return requireMemory(changed, workers?.names.length ?? 1, '--load-test-qps');
    }
    case 'redline': {
      const changed = reshape(procedure, '--redline-test', isLoad, (task) => forRedline(task, control.maxClients));
      return requireMemory(changed, workers?.names.length ?? 1, '--redline-test');
    }
    case 'rate': {
      const flag = '--find-max-throughput';
      const chosen = chooseTask(procedure, control.task, isLoad);
      const clients = Math.max(chosen.clients, control.clients);
      const start = startOf(chosen);
      const isChosen = ({ name }: Task): boolean => name === chosen.name;
      const changed = reshape(procedure, flag, isChosen, (task) => forRateSearch(task, clients, start));
      return requireMemory(changed, workers?.names.length ?? 1, flag);
    }
    default:
      return unreachable(control);
  }
}

/** The name of the task whose highest rate is searched; `null` if none is. Throws `CONFIG` if it is not clear which. */
export const searchedTask = (procedure: TestProcedure, control: LoadControl): string | null =>
  control.kind === 'rate' ? chooseTask(procedure, control.task, isLoad).name : null;

/** The steps of a schedule; those with load wait for a redline test to let their clients go on, if there is one. */
export function controlledSteps({ schedule }: TestProcedure, control: LoadControl): readonly Step[] {
  const steps = allocate(schedule);
  if (control.kind !== 'redline') return steps;
  return steps.map((step) => ({ ...step, startsPaused: step.tasks.some(isLoad) }));
}

/** Gives the procedure back if its clients fit. The other machines of a fleet are taken to be like this one. */
function requireMemory(procedure: TestProcedure, machines: number, flag: string): TestProcedure {
  const problem = clientMemoryProblem(procedure.schedule, bytes(process.availableMemory() * machines));
  if (problem === null) return procedure;
  const hint = 'Use fewer clients, or more machines with --worker-ips.';
  throw new BenchmarkError('CONFIG', `${flag} asks for too much: ${problem}.`, { hint });
}
