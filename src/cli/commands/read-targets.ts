// Reads from the flags which clusters are the target. Their secrets are registered on the way.
import type { Targets } from '../../http/target-cluster.ts';
import { describeTargets, parseTargets } from '../../http/targets.ts';
import { untilAborted } from '../../until-aborted.ts';
import type { Values } from '../args/flag.ts';
import type { CommandContext } from '../context.ts';
import type { targetFlags } from './shared-flags.ts';

/**
 * The clusters that `--target-hosts` and `--client-options` name. Rejects with `CONFIG`, `UNSUPPORTED` or `CANCELLED`.
 */
export async function readTargets(
  { console, environment, log }: CommandContext,
  options: Values<typeof targetFlags>,
): Promise<Targets> {
  const { targetHosts, clientOptions } = options;
  const { targets, warnings, notices } = await untilAborted(
    environment.signal,
    // This may take long, as the library that looks for AWS credentials may start programs and ask services.
    parseTargets({ targetHosts, clientOptions: clientOptions ?? undefined, env: environment.variables }),
  );
  for (const warning of warnings) console.warning(warning);
  for (const notice of notices) console.info(notice);
  log.write('INFO', 'run', `Targets: ${describeTargets(targets)}`);
  return targets;
}
