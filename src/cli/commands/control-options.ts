// Who decides how hard the load is, as the flags and the configuration say it.
import type { LoadControl } from '../../control/load-control.ts';
import type { CpuLimit, RedlineSettings } from '../../control/redline-settings.ts';
import { seconds } from '../../units.ts';
import type { RedlineDefaults } from '../config/redline-section.ts';
import type { Console } from '../output/console.ts';
import { rateFlags, redlineFlags } from './control-flags.ts';
import type { ExecuteTestInvocation } from './execute-test-flags.ts';

/** The control of the load that the flags ask for. `defaults` holds where no flag is given. */
export function loadControlOf({ options }: ExecuteTestInvocation, defaults: RedlineDefaults): LoadControl {
  if (options.redlineTest !== null) return { kind: 'redline', ...redlineOf(options, options.redlineTest, defaults) };
  if (options.findMaxThroughput !== null) {
    const { findMaxThroughput: conditions, findMaxTask: task, findMaxTime, findMaxClients: clients } = options;
    return { kind: 'rate', conditions, task, time: seconds(findMaxTime), clients };
  }
  if (options.loadTestQps > 0) return { kind: 'load-test', clients: options.loadTestQps };
  return { kind: 'workload' };
}

function redlineOf(
  options: ExecuteTestInvocation['options'],
  clients: number,
  defaults: RedlineDefaults,
): RedlineSettings {
  return {
    maxClients: options.redlineMaxClients ?? clients,
    scaleStep: options.redlineScaleStep ?? defaults.scaleStep,
    scaleDown: options.redlineScaledownPercentage ?? defaults.scaleDown,
    sleep: seconds(options.redlinePostScaledownSleep ?? defaults.sleep),
    cpu: cpuLimitOf(options, defaults),
  };
}

function cpuLimitOf(options: ExecuteTestInvocation['options'], defaults: RedlineDefaults): CpuLimit | null {
  const { redlineMaxCpuUsage: most } = options;
  if (most === null) return null;
  const window = seconds(options.redlineCpuWindowSeconds ?? defaults.cpuWindow);
  return { most, window, interval: seconds(options.redlineCpuCheckInterval ?? defaults.cpuInterval) };
}

/** Warns about flags that only matter together with another one that was not given. */
export function warnAboutControl(console: Console, { options, given }: ExecuteTestInvocation): void {
  for (const [name, flag] of Object.entries(rateFlags)) {
    if (given.has(name) && options.findMaxThroughput === null)
      console.warning(`--${flag.long} has no effect without --find-max-throughput.`);
  }
  for (const [name, flag] of Object.entries(redlineFlags)) {
    if (name === 'redlineTest' || !given.has(name)) continue;
    if (options.redlineTest === null) console.warning(`--${flag.long} has no effect without --redline-test.`);
    else if (name.startsWith('redlineCpu') && options.redlineMaxCpuUsage === null)
      console.warning(`--${flag.long} has no effect without --redline-max-cpu-usage.`);
  }
}
