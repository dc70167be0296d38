// Who decides how hard the load is, as the flags say it.
import type { LoadControl } from '../../control/load-control.ts';
import type { ExecuteTestInvocation } from './execute-test-flags.ts';

/** The control of the load that the flags ask for. */
export function loadControlOf({ options }: ExecuteTestInvocation): LoadControl {
  if (options.loadTestQps > 0) return { kind: 'load-test', clients: options.loadTestQps };
  return { kind: 'workload' };
}
