// Checks that the request bodies of a thread's clients fit into memory, before the load begins and once the documents
// are there.
import { BenchmarkError, type Problem } from '../errors.ts';
import type { OperationSpec, WorkloadFacts } from '../operation/operation.ts';
import { operationType } from '../operation/registry.ts';
import type { Bytes } from '../units.ts';
import type { TaskPlan, WorkerStep } from './plan.ts';

/** How many bodies a client holds, because the next one is made while one is on its way. */
const BODIES_PER_CLIENT = 2;
/** Limit of one body in bytes. OpenSearch takes a tenth of it, unless it is configured otherwise. */
const LARGEST_BODY = 1 << 30;

/** The work of one thread, and the memory for it. */
export interface BodyMemory {
  readonly steps: readonly WorkerStep[];
  readonly facts: WorkloadFacts;
  readonly specOf: (task: TaskPlan) => OperationSpec;
  /** What the bodies of this thread may take. */
  readonly available: Bytes;
}

/** Throws `WORKLOAD_INVALID`, naming each task, if bodies are too large, alone or all together. */
export function requireBodyMemory({ steps, facts, specOf, available }: BodyMemory): void {
  const problems: Problem[] = [];
  for (const step of steps) {
    const cells = step.clients.flatMap((client) => client.cells);
    for (const [index, task] of step.tasks.entries()) {
      const spec = specOf(task);
      // What a parameter source of a plug-in will send is unknown.
      const isKnown = typeof spec.params.get('param-source') !== 'string';
      const body = isKnown ? (operationType(spec.type)?.bodyBytes?.(spec, facts, task.clients) ?? 0) : 0;
      const clients = cells.filter((cell) => cell.task === index).length;
      const message = problemOf(body, clients, available);
      if (message !== null) problems.push({ message: `Task "${task.name}": ${message}` });
    }
  }
  if (problems.length === 0) return;
  throw new BenchmarkError('WORKLOAD_INVALID', 'The requests of this load are too large.', {
    problems,
    hint:
      'Use a smaller "bulk-size" or fewer clients. ' +
      'OpenSearch takes requests of up to 100 MB, unless http.max_content_length says otherwise.',
  });
}

function problemOf(body: number, clients: number, available: Bytes): string | null {
  if (clients === 0) return null;
  if (body > LARGEST_BODY)
    return `a request would have about ${gigabytes(body)}; ${gigabytes(LARGEST_BODY)} are the most`;
  const needed = clients * BODIES_PER_CLIENT * body;
  if (needed <= available) return null;
  const whose = clients === 1 ? 'a client' : `${clients} clients`;
  const need = `about ${gigabytes(needed)} of memory, and ${gigabytes(available)} are available`;
  return `the requests of ${whose} of one thread need ${need}`;
}

const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(2))} GB`;
