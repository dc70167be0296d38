// Reads the cluster under test from the flags; its secrets are known from here on.
import type { Targets } from '../../http/target-cluster.ts';
import { describeTargets, parseTargets } from '../../http/targets.ts';
import type { Values } from '../args/flag.ts';
import type { Context } from '../context.ts';
import { untilAborted } from '../until-aborted.ts';
import type { targetFlags } from './shared-flags.ts';

/** The clusters of `--target-hosts` and `--client-options`. Fails with CONFIG. */
export async function readTargets({ console, environment, log }: Context, options: Values<typeof targetFlags>): Promise<Targets> {
  const { targetHosts, clientOptions } = options;
  const { targets, warnings, notices } = await untilAborted(
    environment.signal,
    // The library that looks for AWS credentials may start programs and ask services.
    parseTargets({ targetHosts, clientOptions: clientOptions ?? undefined, env: environment.variables }),
  );
  for (const warning of warnings) console.warning(warning);
  for (const notice of notices) console.info(notice);
  log.write('INFO', 'run', `Targets: ${describeTargets(targets)}`);
  return targets;
}
