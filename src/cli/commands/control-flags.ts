// Flags that decide how hard and how often a test is run: load test, redline test, repeated runs.
import { type Condition, ConditionProblem, parseConditions } from '../../control/condition.ts';
import { type Flag, switchFlag, ValueProblem, valueFlag } from '../args/flag.ts';
import { readBoolean, readInteger, readShare, readText } from '../args/grammar.ts';
import { usualRedline } from '../config/redline-section.ts';
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

/** How many clients `--redline-test` without a number allows. */
const usualRedlineClients = 1000;

/** Flags of the search for the highest rate of a task. */
export const rateFlags = {
  findMaxThroughput: valueFlag<readonly Condition[] | null>('find-max-throughput', {
    description:
      'Search the highest rate of a task at which these conditions hold: "p99 latency < 100ms, error rate < 0.1%".',
    group: load,
    placeholder: 'CONDITIONS',
    fallback: null,
    parse: readConditions,
  }),
  findMaxTask: valueFlag('find-max-task', {
    description: 'The task; default: the only one that searches or has a target throughput.',
    group: load,
    placeholder: 'NAME',
    fallback: null,
    parse: readText,
  }),
  findMaxTime: number('find-max-time', { description: 'Seconds that the search may take.', fallback: 600, least: 10 }),
  findMaxClients: number('find-max-clients', {
    description: 'Clients that share each rate, unless the task has more.',
    fallback: 256,
    least: 1,
  }),
};

function readConditions(text: string): readonly Condition[] {
  try {
    return parseConditions(text);
  } catch (error) {
    if (error instanceof ConditionProblem) throw new ValueProblem(error.message);
    throw error;
  }
}

/** Flags of a redline test. Those that are `null` have their value from the configuration, or a default. */
export const redlineFlags = {
  redlineTest: valueFlag('redline-test', {
    arity: 'optional',
    description: `Raise the number of clients until errors appear, up to so many (${usualRedlineClients} if not said).`,
    group: load,
    placeholder: 'CLIENTS',
    fallback: null,
    defaultText: null,
    parse: (text): number | null => (text === '' ? usualRedlineClients : readInteger(text, 1)),
  }),
  redlineScaleStep: redlineNumber('redline-scale-step', 'Clients that are added per step.', usualRedline.scaleStep, 1),
  redlineScaledownPercentage: valueFlag('redline-scaledown-percentage', {
    description: 'Share of clients that is paused after errors; 0.1 is a tenth.',
    group: load,
    placeholder: 'X',
    fallback: null,
    defaultText: String(usualRedline.scaleDown),
    parse: (text): number | null => readShare(text),
  }),
  redlinePostScaledownSleep: redlineNumber(
    'redline-post-scaledown-sleep',
    'Seconds to wait after that.',
    usualRedline.sleep,
    0,
  ),
  redlineMaxClients: redlineNumber('redline-max-clients', 'Most clients; beats the number of --redline-test.', null, 1),
  redlineMaxCpuUsage: redlineNumber(
    'redline-max-cpu-usage',
    'Most CPU usage of a node of the cluster in %; more counts as an error.',
    null,
    1,
  ),
  redlineCpuWindowSeconds: redlineNumber(
    'redline-cpu-window-seconds',
    'Seconds over which CPU usage is averaged.',
    usualRedline.cpuWindow,
    1,
  ),
  redlineCpuCheckInterval: redlineNumber(
    'redline-cpu-check-interval',
    'Seconds between looks at the CPU usage.',
    usualRedline.cpuInterval,
    1,
  ),
};

interface NumberFlag<T> {
  readonly description: string;
  readonly fallback: T;
  readonly least?: number;
  readonly defaultText?: string | null;
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

function redlineNumber(long: string, description: string, usual: number | null, least: number): Flag<number | null> {
  return number(long, { description, least, fallback: null, defaultText: usual === null ? null : String(usual) });
}
