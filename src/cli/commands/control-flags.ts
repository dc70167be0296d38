// Flags that decide how hard and how often a test is run: load test, redline test, repeated runs.
import { type Flag, switchFlag, valueFlag } from '../args/flag.ts';
import { readBoolean, readInteger, readNumber } from '../args/grammar.ts';
import { groups } from './shared-flags.ts';

const { load } = groups;

/** Flags of a run that is repeated. */
export const iterationFlags = {
  testIterations: number('test-iterations', { description: 'Repeat the whole run so often.', fallback: 1, least: 1 }),
  aggregate: valueFlag('aggregate', {
    description: 'Aggregate the results of repeated runs.',
    group: load,
    placeholder: '{true,false}',
    fallback: true,
    parse: readBoolean,
  }),
  sleepTimer: number('sleep-timer', { description: 'Seconds between repeated runs.', fallback: 5 }),
  cancelOnError: switchFlag('cancel-on-error', { description: 'Stop repeating after a failed run.', group: load }),
};

/** Flags that give tasks other clients and rates than the workload says. */
export const loadTestFlags = {
  loadTestQps: number('load-test-qps', {
    description: 'Give every task that is load N clients, each of which sends one request per second.',
    fallback: 0,
  }),
};

const redline = 'finding the largest load that a cluster bears (redline tests)';

/** Flags of a redline test. */
export const redlineFlags = {
  redlineTest: valueFlag('redline-test', {
    arity: 'optional',
    description: 'Raise the number of clients until errors appear.',
    group: load,
    placeholder: 'CLIENTS',
    fallback: null,
    defaultText: null,
    parse: (text): number | null => (text === '' ? 1000 : readInteger(text, 1)),
    notBuilt: redline,
  }),
  redlineScaleStep: number('redline-scale-step', {
    description: 'Clients that are added per step.',
    fallback: 5,
    notBuilt: redline,
  }),
  redlineScaledownPercentage: valueFlag('redline-scaledown-percentage', {
    description: 'Share of clients that is paused after errors.',
    group: load,
    placeholder: 'X',
    fallback: 0.1,
    parse: (text: string) => readNumber(text, 0),
    notBuilt: redline,
  }),
  redlinePostScaledownSleep: number('redline-post-scaledown-sleep', {
    description: 'Seconds to wait after that.',
    fallback: 30,
    notBuilt: redline,
  }),
  redlineMaxClients: number('redline-max-clients', { description: 'Most clients.', fallback: null, notBuilt: redline }),
  redlineMaxCpuUsage: number('redline-max-cpu-usage', {
    description: 'Most CPU usage of the cluster in %.',
    fallback: null,
    notBuilt: redline,
  }),
  redlineCpuWindowSeconds: number('redline-cpu-window-seconds', {
    description: 'Seconds over which CPU usage is averaged.',
    fallback: 30,
    notBuilt: redline,
  }),
  redlineCpuCheckInterval: number('redline-cpu-check-interval', {
    description: 'Seconds between looks at the CPU usage.',
    fallback: 30,
    notBuilt: redline,
  }),
};

interface NumberFlag<T> {
  readonly description: string;
  readonly fallback: T;
  readonly least?: number;
  readonly notBuilt?: string;
}

/** A flag with a whole number. */
function number<T extends number | null>(long: string, flag: NumberFlag<T>): Flag<number | T> {
  const { least = 0, ...rest } = flag;
  return valueFlag<number | T>(long, {
    ...rest,
    group: load,
    placeholder: 'N',
    parse: (text) => readInteger(text, least),
  });
}
