// The parser's rules: prefixes, several spellings, conflicts, everything wrong at once.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choiceFlag, switchFlag, valueFlag } from '../../../src/cli/args/flag.ts';
import { readInteger, readList, readText } from '../../../src/cli/args/grammar.ts';
import { parseFlags } from '../../../src/cli/args/parser.ts';

const group = 'g';
const text = (long: string, short?: string, aliases: readonly string[] = []) =>
  valueFlag(long, {
    ...(short === undefined ? {} : { short }),
    aliases,
    description: long,
    group,
    fallback: null,
    parse: readText,
  });
const flags = {
  targetHosts: text('target-hosts', 't'),
  testRunId: text('test-run-id', 'tid', ['test-execution-id']),
  testProcedure: text('test-procedure'),
  testMode: switchFlag('test-mode', { description: '', group }),
  clientOptions: text('client-options', 'c'),
  workload: text('workload', 'w'),
  workloadParams: text('workload-params', 'wp'),
  kill: switchFlag('kill-running-processes', { short: 'k', description: '', group }),
  onError: choiceFlag('on-error', { description: '', group, choices: ['continue', 'abort'], fallback: 'continue' }),
  iterations: valueFlag('test-iterations', {
    description: '',
    group,
    fallback: 1,
    parse: (word) => readInteger(word, 1),
  }),
  qps: valueFlag('load-test-qps', { description: '', group, fallback: 0, parse: (word) => readInteger(word, 0) }),
  workers: valueFlag('worker-ips', {
    aliases: ['load-worker-hosts'],
    description: '',
    group,
    fallback: ['localhost'],
    parse: readList,
  }),
  redline: valueFlag('redline-test', {
    arity: 'optional',
    description: '',
    group,
    fallback: null,
    parse: (word): number | null => (word === '' ? 1000 : readInteger(word, 1)),
  }),
  samples: valueFlag('sample', { arity: 'many', description: '', group, fallback: [], parse: readList }),
};

/** The values that differ from what nothing given means. */
function parse(...words: readonly string[]): {
  readonly values: Record<string, unknown>;
  readonly problems: readonly string[];
  readonly rest: readonly string[];
} {
  const parsed = parseFlags(flags, words);
  return {
    values: Object.fromEntries([...parsed.values].filter(([name]) => parsed.given.has(name))),
    problems: parsed.problems,
    rest: parsed.positionals,
  };
}

describe('spellings that are accepted', () => {
  const table: readonly (readonly [words: readonly string[], values: Record<string, unknown>])[] = [
    [['--target-hosts', 'h:1'], { targetHosts: 'h:1' }],
    [['--target-hosts=h:1'], { targetHosts: 'h:1' }],
    [['--target-hosts='], { targetHosts: null }],
    [['--target-hosts=a=b'], { targetHosts: 'a=b' }],
    [['-t', 'h:1'], { targetHosts: 'h:1' }],
    [['-th:1'], { targetHosts: 'h:1' }],
    [['-t=h:1'], { targetHosts: 'h:1' }],
    [['-ctimeout:10,use_ssl:true'], { clientOptions: 'timeout:10,use_ssl:true' }],
    [['-tid', 'x'], { testRunId: 'x' }],
    [['-tid=x'], { testRunId: 'x' }],
    [['-wp', 'a:1'], { workloadParams: 'a:1' }],
    [['-w', 'geonames'], { workload: 'geonames' }],
    [['--target-host', 'h'], { targetHosts: 'h' }],
    [['--workload-param=a:1'], { workloadParams: 'a:1' }],
    [['--workload', 'x'], { workload: 'x' }],
    [['--test-execution-id=x'], { testRunId: 'x' }],
    [['--test-exec', 'x'], { testRunId: 'x' }],
    [['--load=5'], { qps: 5 }],
    [['--load-w=h'], { workers: ['h'] }],
    [['-t', 'a', '--target-hosts=b', '-tc'], { targetHosts: 'c' }],
    [['--test-mode'], { testMode: true }],
    [['-k'], { kill: true }],
    [['-kt', 'h'], { kill: true, targetHosts: 'h' }],
    [['--redline-test'], { redline: 1000 }],
    [['--redline-test', '--test-mode'], { redline: 1000, testMode: true }],
    [['--redline-test=7'], { redline: 7 }],
    [['--redline-test', '7'], { redline: 7 }],
    [['--sample', 'a:1', 'b:2', '-k'], { samples: ['a:1', 'b:2'], kill: true }],
    [['--workload', '-1'], { workload: '-1' }],
    [['--client-options', '-a b'], { clientOptions: '-a b' }],
    [['--on-error=abort'], { onError: 'abort' }],
    [[], {}],
  ];
  for (const [words, values] of table) {
    it(words.join(' ') || 'nothing', () => {
      assert.deepEqual(parse(...words), { values, problems: [], rest: [] });
    });
  }

  it('takes words after -- as they are', () => {
    assert.deepEqual(parse('-k', '--', '--test-mode'), { values: { kill: true }, problems: [], rest: ['--test-mode'] });
  });

  it('gives every flag that is absent its default', () => {
    assert.deepEqual(parseFlags(flags, []).values.get('workers'), ['localhost']);
    assert.equal(parseFlags(flags, []).values.get('testMode'), false);
  });
});

describe('spellings that are refused', () => {
  const table: readonly (readonly [words: readonly string[], problems: readonly string[]])[] = [
    [['--test'], ['ambiguous flag --test: could be --test-run-id, --test-procedure, --test-mode, --test-iterations']],
    [['--work', 'x'], ['ambiguous flag --work: could be --workload, --workload-params, --worker-ips']],
    [['--target-hots=h'], ['unknown flag --target-hots; did you mean --target-hosts?']],
    [['--zzz', 'value'], ['unknown flag --zzz']],
    [['-x'], ['unknown flag -x']],
    [['--target-hosts'], ['--target-hosts needs a value']],
    [['-t'], ['-t (--target-hosts) needs a value']],
    [
      ['--workload', '--test-mode'],
      ['--workload needs a value; a value that starts with a dash is written with an equals sign: --flag=--test-mode'],
    ],
    [['--test-mode=yes'], ["--test-mode takes no value, but got 'yes'"]],
    [['--on-error=stop'], ["--on-error: invalid choice 'stop' (choose from continue, abort)"]],
    [['--test-iterations=two'], ["--test-iterations: 'two' is not a whole number"]],
    [['--test-iterations', '0'], ['--test-iterations: 0 is too small, the least is 1']],
    [
      ['--nope', '--on-error=x', '--test-iterations=y'],
      [
        'unknown flag --nope',
        "--on-error: invalid choice 'x' (choose from continue, abort)",
        "--test-iterations: 'y' is not a whole number",
      ],
    ],
  ];
  for (const [words, problems] of table) {
    it(words.join(' '), () => {
      assert.deepEqual(parse(...words).problems, problems);
    });
  }
});
