// Plug-ins in TypeScript that cannot be used are found before the load, and named.
// Needs: time.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BenchmarkError } from '../../src/errors.ts';
import { PluginWatch } from '../../src/fleet/plugin-watch.ts';
import { inspectPlugin } from '../../src/plugin/start/inspect.ts';
import { seconds } from '../../src/units.ts';
import { temporaryFiles } from '../workload/temporary-files.ts';
import { loadFiles } from './plugin-run.ts';

const SEARCH = { name: 'terms', 'operation-type': 'search', 'param-source': 'terms' };

async function failureOf(work: Promise<unknown>): Promise<BenchmarkError> {
  return work.then(
    () => assert.fail('It succeeded.'),
    (error: BenchmarkError) => error,
  );
}

const broken: readonly (readonly [title: string, file: string, text: string, message: RegExp, line?: number])[] = [
  ['is no TypeScript', 'workload.ts', 'const x: number = ;', /workload\.ts: importing it failed: SyntaxError/],
  ['has an enum', 'workload.ts', '\nenum A { B }', /enum is not supported in strip-only mode .*workload\.ts:2/],
  ['is no JavaScript', 'workload.js', 'export const a = 1;\nconst b = ;\n', /importing it failed: SyntaxError/],
  ['throws at the top', 'workload.ts', '\n\nthrow new Error("not today");', /importing it failed: Error: not today/, 3],
  ['imports what is not there', 'workload.ts', "import './gone.ts';", /importing it failed: Error: Cannot find module/],
  ['has no register', 'workload.ts', 'export const a = 1;', /exports no function "register"/],
  [
    'throws in register',
    'workload.ts',
    'export function register(): void {\n  throw new TypeError("no");\n}',
    /register\(\) failed: TypeError: no/,
    2,
  ],
  [
    'registers a name twice',
    'workload.js',
    "export const register = (r) => {\n  r.registerParamSource('a', () => {});\n  r.registerParamSource('a', () => {});\n};",
    /register\(\) failed: TypeError: The parameter source "a" is registered twice/,
    3,
  ],
  [
    'registers no function',
    'workload.js',
    "export const register = (r) => r.registerParamSource('a', 5);",
    /The parameter source "a" must be a function, but is a number/,
  ],
  [
    'registers a source without a name',
    'workload.js',
    "export const register = (r) => r.registerParamSource('', () => {});",
    /needs a name/,
  ],
  [
    'throws in a constructor',
    'workload.js',
    "export const register = (r) => r.registerParamSource('terms', () => new (class Terms { constructor() { this.x.y; } })());",
    /opening parameter source "terms" of task "terms" failed: TypeError/,
    1,
  ],
  [
    'makes no source',
    'workload.js',
    "export const register = (r) => r.registerParamSource('terms', () => ({ next() {} }));",
    /it must be an object with a function "params", but is an object/,
  ],
  [
    'ends the process',
    'workload.js',
    'export const register = () => process.exit(0);',
    /register\(\) failed: it has ended the process that it ran in/,
  ],
];
for (const [title, file, text, message, line] of broken) {
  test(`a plug-in that ${title} is named`, async (context) => {
    const error = await failureOf(loadFiles(context, { schedule: [{ operation: SEARCH }], files: { [file]: text } }));
    assert.equal(error.code, 'PLUGIN');
    assert.match(error.message, message);
    if (line !== undefined) assert.equal(error.problems[0]?.line, line);
  });
}

test('what nobody registers is suggested, and told apart from a workload without a plug-in', async (context) => {
  const files = {
    'workload.js': `export function register(registry) {
  registry.registerParamSource('terms-source', () => ({ params: () => ({}) }));
  registry.registerRunner('warm-up', async () => {});
  registry.registerScheduler('bursts', { kind: 'simple', open: () => ({ next: () => 0 }) });
}`,
  };
  const error = await failureOf(
    loadFiles(context, {
      files,
      schedule: [
        { operation: { ...SEARCH, 'param-source': 'term-source' } },
        { operation: { name: 'w', 'operation-type': 'warmup' } },
        { operation: { name: 'r', 'operation-type': 'refresh' }, schedule: 'burst' },
      ],
    }),
  );
  assert.equal(error.code, 'WORKLOAD_INVALID');
  assert.deepEqual(
    error.problems.map(({ message, hint }) => [message, hint]),
    [
      [
        'There is no parameter source "term-source" (task "terms"); the plug-in workload.js does not register it',
        'Did you mean "terms-source"?',
      ],
      [
        'There is no operation type "warmup" (task "w"); the plug-in workload.js does not register it',
        'Did you mean "warm-up"?',
      ],
      [
        '"schedule" of task "r" must be "deterministic" or "poisson", not "burst"; the plug-in workload.js does not register it',
        'Did you mean "bursts"?',
      ],
    ],
  );
});

test('a plug-in that never ends is ended and named: at the import, in register, in a constructor', async (context) => {
  const cases = [
    ['for (;;);', 'importing it'],
    ['await new Promise(() => {});\nexport function register() {}', 'importing it'],
    ['export function register() { for (;;); }', 'register\\(\\)'],
  ] as const;
  const files = {
    'workload.js': "export const register = (r) => r.registerParamSource('terms', () => { for (;;); });",
  };
  const plugins = {
    languages: ['typescript'],
    open: (place: Parameters<typeof inspectPlugin>[0]) => inspectPlugin(place, seconds(2)),
  } as const;
  const inConstructor = failureOf(loadFiles(context, { schedule: [{ operation: SEARCH }], files }, plugins));
  const others = cases.map(async ([text, what]) => {
    const directory = temporaryFiles(context, { 'workload.js': text });
    const place = { language: 'typescript', directory, file: join(directory, 'workload.js') } as const;
    const { message } = await failureOf(inspectPlugin(place, seconds(2)));
    assert.match(message, new RegExp(`workload\\.js: ${what} failed: it did not end within 2 s\\.$`));
  });
  await Promise.all(others);
  const { message } = await inConstructor;
  assert.match(message, /opening parameter source "terms" of task "terms" failed: it did not end within 2 s/);
});

test('a plug-in that holds a load thread is named, and the run ends', async () => {
  const stuck = await new Promise<readonly string[]>((resolve) => {
    const watch = new PluginWatch<string>((thread, what) => resolve([thread, what]), seconds(0.01));
    watch.expect('0', 'importing it');
    watch.done('0');
    watch.expect('1', 'register()');
    watch.expect('1', 'params()');
    watch.expect('2', 'closed');
    watch.done('2');
  });
  assert.deepEqual(stuck, ['1', 'params()']);
});

test('of a plug-in in TypeScript and one in Python the first is taken, with a notice', async (context) => {
  const { notices, plugin } = await loadFiles(context, {
    schedule: [{ operation: { name: 'r', 'operation-type': 'refresh' } }],
    files: { 'workload.ts': 'export function register(): void {}', 'workload.py': 'nonsense' },
  });
  assert.deepEqual(notices, ['The plug-in is workload.ts; workload.py beside it is not used.']);
  assert.match(plugin?.place.file ?? '', /workload\.ts$/);
});
