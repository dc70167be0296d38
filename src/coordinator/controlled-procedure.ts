// The test procedure of a run as the control of its load wants it.
import { reshape, withClients } from '../control/load-shape.ts';
import { BenchmarkError, unreachable } from '../errors.ts';
import { operationType } from '../operation/registry.ts';
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
    default:
      return unreachable(control);
  }
}

/** Gives the procedure back if its clients fit. The other machines of a fleet are taken to be like this one. */
function requireMemory(procedure: TestProcedure, machines: number, flag: string): TestProcedure {
  const problem = clientMemoryProblem(procedure.schedule, bytes(process.availableMemory() * machines));
  if (problem === null) return procedure;
  const hint = 'Use fewer clients, or more machines with --worker-ips.';
  throw new BenchmarkError('CONFIG', `${flag} asks for too much: ${problem}.`, { hint });
}
