// Which targets beside the cluster itself, which is spoken to over HTTP, the operations of a run go to.
import { isSameTarget, type TransportTarget } from '../transport/transport.ts';
import type { OperationSpec } from './operation.ts';
import { operationType } from './registry.ts';

/** The target of an operation; `null` = the cluster, over HTTP. `grpcHosts` is the list of `--grpc-target-hosts`. */
export function transportTarget(spec: OperationSpec, grpcHosts: readonly string[]): TransportTarget | null {
  return operationType(spec.type)?.target?.(spec, grpcHosts) ?? null;
}

/** The targets of some operations beside the cluster, each once, in the order of their first use. */
export function transportTargets(
  specs: Iterable<OperationSpec>,
  grpcHosts: readonly string[],
): readonly TransportTarget[] {
  const targets: TransportTarget[] = [];
  for (const spec of specs) {
    const target = transportTarget(spec, grpcHosts);
    if (target !== null && !targets.some((known) => isSameTarget(known, target))) targets.push(target);
  }
  return targets;
}
