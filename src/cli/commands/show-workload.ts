// Does the work of `info`: loads a workload and shows it, in words or as it was rendered.
import { indentedJson } from '../../store/json-text.ts';
import { describeWorkload } from '../../workload/describe.ts';
import { parseWorkloadParams } from '../../workload/parameters.ts';
import { renderedJson } from '../../workload/rendered-json.ts';
import type { CommandContext } from '../context.ts';
import { workloadText } from '../output/workload-text.ts';
import type { WorkloadOptions } from './workload-options.ts';
import { loadNamedWorkload } from './workload-request.ts';

interface InfoOptions extends WorkloadOptions {
  readonly distributionVersion: string | null;
  readonly rendered: boolean;
}

/** Prints a workload; what this version cannot run is shown all the same. */
export async function showWorkload(context: CommandContext, options: InfoOptions): Promise<void> {
  const { distributionVersion, rendered } = options;
  const params = parseWorkloadParams(options.workloadParams);
  const purpose = { purpose: 'inspect', params, testMode: false, distributionVersion } as const;
  const { workload, notices } = await loadNamedWorkload(context, options, purpose);
  if (rendered) {
    context.console.printResult(indentedJson(renderedJson(workload)));
    return;
  }
  for (const notice of notices) context.console.info(notice);
  context.console.print(workloadText(describeWorkload(workload)));
}
