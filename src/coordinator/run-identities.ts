// What results say of the tasks of a run, and of the hosts that their requests go to.
import { formatPlace } from '../http/endpoint.ts';
import type { TargetCluster } from '../http/target-cluster.ts';
import type { EndpointName } from '../metrics/endpoint-figures.ts';
import type { TaskIdentity } from '../metrics/task-metrics.ts';
import { transportTargets } from '../operation/transport-targets.ts';
import type { Step } from '../schedule/allocation.ts';
import { leafTasks, type TestProcedure, type Workload } from '../workload/model.ts';

/** What is known of each task of a test procedure before it runs. */
export function identities(workload: Workload, procedure: TestProcedure): readonly TaskIdentity[] {
  return leafTasks(procedure.schedule).map((task) => ({
    task: task.name,
    operation: task.operation.name,
    operationType: task.operation.type,
    clients: task.clients,
    isReportable: task.operation.includeInReporting,
    ...(task.targetThroughput === null ? {} : { target: task.targetThroughput }),
    meta: Object.fromEntries([...workload.meta, ...procedure.meta, ...task.operation.meta, ...task.meta]),
  }));
}

/** Every endpoint that requests of the run may go to, in the order in which the reports of workers tell of them. */
export function endpointsOf(
  cluster: TargetCluster,
  steps: readonly Step[],
  grpcHosts: readonly string[],
): readonly EndpointName[] {
  const operations = steps.flatMap((step) => step.tasks.map(({ operation }) => operation));
  return [
    ...cluster.endpoints.map((endpoint) => ({ endpoint: formatPlace(endpoint), protocol: 'http' as const })),
    ...transportTargets(operations, grpcHosts).flatMap(({ protocol, endpoints }) =>
      endpoints.map((endpoint) => ({ endpoint, protocol })),
    ),
  ];
}
