// Every flag of every command, taken from the tables: it parses, is shown, and is refused if its feature is not there.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Flag, type Flags, ValueProblem } from '../../src/cli/args/flag.ts';
import { parseFlags } from '../../src/cli/args/parser.ts';
import { executeTestFlags } from '../../src/cli/commands/execute-test-flags.ts';
import { benchmarkProgram, daemonProgram } from '../../src/cli/program.ts';
import { runInMemory, temporaryDirectory } from './run-in-memory.ts';

const home = temporaryDirectory();

/** The flags of `run` in the original and its names in version 1. */
const flagsOfRun =
  'workload workload-path workload-repository workload-revision workload-params test-procedure include-tasks ' +
  'exclude-tasks pipeline target-hosts client-options test-mode test-run-id user-tag on-error kill-running-processes ' +
  'results-file results-format results-numbers-align show-in-results latency-percentiles throughput-percentiles ' +
  'telemetry telemetry-params worker-ips distribution-version distribution-repository revision cluster-config cluster-config-params cluster-config-path cluster-config-repository cluster-config-revision opensearch-plugins plugin-params runtime-jdk preserve-install grpc-target-hosts database-type enable-assertions enable-worker-coordinator-profiling randomization-enabled randomization-repeat-frequency randomization-n randomization-alpha test-iterations aggregate sleep-timer cancel-on-error load-test-qps redline-test redline-scale-step redline-scaledown-percentage redline-post-scaledown-sleep redline-max-clients redline-max-cpu-usage redline-cpu-window-seconds redline-cpu-check-interval visualize visualize-output-path effective-start-date skip-rest-api-check quiet offline configuration-name';
const olderFlagsOfRun =
  'test-execution-id load-worker-coordinator-hosts provision-config-instance provision-config-instance-params ' +
  'provision-config-path provision-config-repository provision-config-revision';
/** Flags that the original does not have. */
const ownFlagsOfRun =
  'worker-wait on-worker-loss summary find-max-throughput find-max-task find-max-time find-max-clients';

/** A word that the flag accepts; one with an effect if there is any. */
function sample(flag: Flag<unknown>): string {
  const candidates = [
    ...flag.choices.filter((choice) => choice !== flag.fallback),
    'x',
    '7',
    '0.5',
    '100',
    'p99 latency < 7ms',
    'p99 latency',
    'p99 service time > +10%',
    '2.0.0',
    'a:1',
    'a:7',
    '2026-11-23 01:14:23',
    'false',
  ];
  const accepted = candidates.filter((candidate) => {
    try {
      flag.parse([candidate]);
      return true;
    } catch (error) {
      if (error instanceof ValueProblem) return false;
      throw error;
    }
  });
  const effective = accepted.find(
    (candidate) => flag.notBuilt === null || !flag.isWithoutEffect(flag.parse([candidate])),
  );
  return effective ?? accepted[0] ?? flag.choices[0] ?? 'x';
}

const spellings = (flag: Flag<unknown>): readonly string[] => [
  `--${flag.long}`,
  ...flag.aliases.map((alias) => `--${alias}`),
  ...flag.shorts.map((short) => `-${short}`),
];

function parsesInAllSpellings(flags: Flags, name: string, flag: Flag<unknown>): void {
  for (const spelling of spellings(flag)) {
    const forms = flag.arity === 'none' ? [[spelling]] : [[spelling, sample(flag)], [`${spelling}=${sample(flag)}`]];
    for (const words of forms) {
      const { given, problems, positionals } = parseFlags(flags, words);
      assert.deepEqual(
        [[...given], problems.filter((problem) => !problem.endsWith('is required')), positionals],
        [[name], [], []],
        words.join(' '),
      );
    }
  }
}

describe('run', () => {
  it('has all flags of the original, under all their names', () => {
    const names = Object.values(executeTestFlags).map((flag) => flag.long);
    const aliases = Object.values(executeTestFlags).flatMap((flag) => flag.aliases);
    assert.deepEqual([...names].sort(), `${flagsOfRun} ${ownFlagsOfRun}`.split(' ').sort());
    assert.deepEqual([...aliases].sort(), olderFlagsOfRun.split(' ').sort());
  });

  it('shows all flags in help, apart from hidden ones', async () => {
    const { stdout } = await runInMemory(home, ['run', '--help']);
    const hidden = ['effective-start-date', 'skip-rest-api-check', 'configuration-name'];
    for (const flag of Object.values(executeTestFlags)) {
      assert.equal(new RegExp(`--${flag.long}( |\\n)`).test(stdout), !hidden.includes(flag.long), flag.long);
    }
  });

  for (const flag of Object.values(executeTestFlags) as readonly Flag<unknown>[]) {
    if (flag.notBuilt === null || flag.long === 'aggregate') continue;
    it(`refuses --${flag.long}, which is not built`, async () => {
      const word = flag.arity === 'none' ? `--${flag.long}` : `--${flag.long}=${sample(flag)}`;
      const { code, stderr } = await runInMemory(home, ['run', '--workload=w', word]);
      assert.equal(code, 64);
      assert.match(stderr, new RegExp(`^\\[ERROR\\] ❌ Cannot run\\. Not in this version: --${flag.long}: `));
    });
  }

  it('says everything that is wrong with the telemetry at once', async () => {
    const words = ['execute-test', '--workload=w', '--telemetry=jfr,node-stat', '--telemetry-params=a:1'];
    const { code, stderr } = await runInMemory(home, words);
    assert.equal(code, 64);
    assert.match(stderr, /^\[ERROR\] ❌ Cannot execute-test\. The telemetry cannot be set up\.\n {2}- .*"jfr".*\n/);
    assert.match(stderr, /- There is no telemetry device "node-stat"; did you mean node-stats\?\nWhat to do: /);
  });
});

for (const program of [benchmarkProgram, daemonProgram]) {
  for (const command of program.commands) {
    describe(`flags of ${command.name}`, () => {
      for (const [name, flag] of Object.entries(command.flags)) {
        it(`--${flag.long}`, () => parsesInAllSpellings(command.flags, name, flag));
      }

      it('may be shortened to every prefix that is unique', () => {
        const names = Object.values(command.flags).map((flag) => flag.long);
        for (const [name, flag] of Object.entries(command.flags)) {
          for (let length = 1; length < flag.long.length; length++) {
            const prefix = flag.long.slice(0, length);
            const { given, problems } = parseFlags(command.flags, [
              `--${prefix}${flag.arity === 'none' ? '' : `=${sample(flag)}`}`,
            ]);
            const candidates = names.filter((candidate) => candidate.startsWith(prefix));
            if (candidates.length === 1) assert.deepEqual([...given], [name], prefix);
            else if (!names.includes(prefix))
              assert.ok(
                problems.some((problem) => problem.startsWith(`ambiguous flag --${prefix}: could be --`)),
                prefix,
              );
          }
        }
      });

      it('have short and long names that belong to one flag each', () => {
        const names = Object.values(command.flags).flatMap(spellings);
        assert.deepEqual(
          names.filter((name, index) => names.indexOf(name) !== index),
          [],
        );
      });
    });
  }
}
