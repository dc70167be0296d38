// Plug-ins in Python that fail, in each way that they can: the error names what was asked, and where it went wrong.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchmarkError, type Problem } from '../../src/errors.ts';
import { seconds } from '../../src/units.ts';
import { openPlugin, type PluginSettings, sourceRequest, take } from '../support/python-plugin.ts';

/** The error of a plug-in that cannot be registered, and what it printed. */
async function registering(
  source: string,
  settings: PluginSettings & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly error: BenchmarkError; readonly printed: readonly string[] }> {
  const plugin = await openPlugin({ 'workload.py': source, ...settings.files }, settings);
  try {
    await plugin.host.register();
  } catch (error) {
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'PLUGIN');
    return { error, printed: plugin.printed };
  } finally {
    await plugin.close();
  }
  throw new Error('it was registered');
}

/** The error of a source of a plug-in, when it is opened or asked. */
async function asking(source: string, settings: PluginSettings = {}): Promise<BenchmarkError> {
  const plugin = await openPlugin({ 'workload.py': source }, settings);
  try {
    await plugin.host.register();
    await take(await plugin.host.openSource(sourceRequest('queries')), 100);
  } catch (error) {
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'PLUGIN');
    return error;
  } finally {
    await plugin.close();
  }
  throw new Error('nothing failed');
}

const withSource = (body: string): string => `
class Queries:
    def __init__(self, workload, params, **kwargs):
        self.params_made = 0

${body}

def register(registry):
    registry.register_param_source("queries", Queries)
`;

test('a syntax error is named with file and line', async () => {
  const { error } = await registering('import json\n\ndef register(registry)\n    pass\n');
  assert.match(error.message, /importing it and calling register failed: SyntaxError: expected ':'/);
  assert.deepEqual(error.problems[0], { file: 'logs/workload.py', line: 3, message: 'at the top of the file' });
});

test('a module that cannot be had is named, with what to do', async () => {
  const files = { 'parts/more.py': 'import pandas\n' };
  const { error } = await registering('def register(registry):\n    pass\n', { files });
  assert.match(error.message, /ModuleNotFoundError: No module named 'pandas'.*workload's directory.*TypeScript/);
  assert.deepEqual(places(error), ['logs/parts/more.py:1']);
});

const places = ({ problems }: BenchmarkError): readonly string[] =>
  problems.map(({ file, line }: Problem) => `${file}:${line}`);

test('a plug-in without register is refused', async () => {
  const { error } = await registering('VALUE = 1\n');
  assert.match(error.message, /workload\.py: importing it and calling register failed: it has no function register/);
});

test('what is registered must have the right shape', async () => {
  const { error, printed } = await registering(`
def wrong(registry):
    yield lambda: registry.register_param_source("a", 1)
    yield lambda: registry.register_runner("a", wrong)
    yield lambda: registry.register_runner("a", str, async_runner=True)
    yield lambda: registry.register_scheduler("a", int)
    yield lambda: registry.register_scheduler("a", int)

def register(registry):
    for call in wrong(registry):
        try:
            call()
        except Exception as error:
            print(error)
    registry.register_nothing()
`);
  assert.deepEqual(printed, [
    "parameter source 'a' must be a class or a function",
    "runner 'a' must be asynchronous, and registered with async_runner=True",
    "runner 'a' must be a function or an object that can be called, and is no such",
    "there are two schedulers 'a'",
  ]);
  assert.match(error.message, /AttributeError: 'Registry' object has no attribute 'register_nothing'/);
});

test('an exception has the frames of the plug-in alone, the innermost first, with those of its causes', async () => {
  const error = await asking(
    withSource(`
    def params(self):
        try:
            return self.inner()
        except KeyError as cause:
            raise ValueError("no such query") from cause

    def inner(self):
        return {}["q"]
`),
  );
  assert.match(error.message, /parameter source "queries" of task "task" failed: ValueError: no such query\.$/);
  assert.deepEqual(
    error.problems.map(({ line, message }) => [line, message]),
    [
      [11, 'in params'],
      [14, 'in inner'],
      [9, 'in params'],
    ],
  );
});

test('what was made before an exception is handed over first', async () => {
  const plugin = await openPlugin({
    'workload.py': withSource(`
    def params(self):
        self.params_made += 1
        if self.params_made == 3:
            raise RuntimeError("enough")
        return {"n": self.params_made}
`),
  });
  try {
    await plugin.host.register();
    const source = await plugin.host.openSource(sourceRequest('queries'));
    assert.deepEqual(
      (await take(source, 2)).map(({ params }) => params.get('n')),
      [1, 2],
    );
    await assert.rejects(take(source, 1), /RuntimeError: enough/);
    await assert.rejects(take(source, 1), /RuntimeError: enough/);
  } finally {
    await plugin.close();
  }
});

test('params of another shape are refused', async () => {
  const wrong = [
    ['None', /params\(\) must return a dict, but returned None/],
    ['[1]', /params\(\) must return a dict, but returned a value of type list/],
    ['{"body": {"a": object()}}', /TypeError: a value of type object cannot be sent as JSON/],
    ['{"body": {(1, 2): 3}}', /TypeError: keys must be str, int, float, bool or None, not tuple/],
    ['{"body": endless}', /RecursionError|Maximum call stack size exceeded/],
  ] as const;
  const plugin = await openPlugin({
    'workload.py': `
endless = {}
endless["a"] = endless

def register(registry):
${wrong.map(([made], n) => `    registry.register_param_source("${n}", lambda workload, params: ${made})`).join('\n')}
`,
  });
  try {
    await plugin.host.register();
    for (const [n, [, message]] of wrong.entries())
      await assert.rejects(take(await plugin.host.openSource(sourceRequest(String(n))), 1), message);
  } finally {
    await plugin.close();
  }
});

test('a constructor that loops for ever is named, and its process ended', async () => {
  const source = `
import time
class Queries:
    def __init__(self, workload, params, **kwargs):
        while True:
            time.sleep(1)

def register(registry):
    registry.register_param_source("queries", Queries)
`;
  const error = await asking(source, { limit: seconds(10) });
  assert.match(
    error.message,
    /the constructor of parameter source "queries" for task "task" failed: it did not end within 10 s/,
  );
});

test('so is an import', async () => {
  const { error } = await registering('while True:\n    pass\n', { limit: seconds(2) });
  assert.match(error.message, /importing it and calling register failed: it did not end within 2 s/);
});

test('so is a source that does not come back', async () => {
  const source = withSource('    def params(self):\n        while True:\n            time.sleep(1)\n');
  const error = await asking(`import time\n${source}`, { limit: seconds(10) });
  assert.match(error.message, /parameter source "queries" of task "task" failed: it did not end within 10 s/);
});

test('a plug-in cannot end the program', async () => {
  const { error } = await registering('import sys\nsys.exit(3)\n');
  assert.match(error.message, /SystemExit: 3 \(a plug-in must not end the program\)/);
  const hard = await registering('import os\nos._exit(3)\n');
  assert.match(hard.error.message, /importing it and calling register failed: its process ended with code \d+/);
});

test('recursion without end is said to be so', async () => {
  const error = await asking(withSource('    def params(self):\n        return self.params()\n'));
  assert.match(error.message, /RecursionError.*calls itself without end/);
});

test('memory without end is refused', async () => {
  const { error } = await registering('parts = []\nwhile True:\n    parts.append(bytearray(1 << 26))\n');
  assert.match(error.message, /MemoryError.*1 GiB/);
});

test('files in memory have a limit', async () => {
  const { error } = await registering(`
with open("/tmp/big", "wb") as big:
    while True:
        big.write(bytes(1 << 24))
`);
  assert.match(error.message, /OSError: \[Errno 51\] No space left on device/);
});

test('what is printed and logged goes to the log', async () => {
  const { printed } = await registering(`
import logging
import sys
print("to the output", 1)
print("to the errors", file=sys.stderr)
logging.getLogger(__name__).info("Workload %s", "x")
for line in range(3000):
    print("x" * 5000)
raise Exception()
`);
  const first = printed.filter((line) => !line.startsWith('xxx'));
  assert.deepEqual(
    new Set(first.slice(0, 3)),
    new Set(['to the output 1', 'to the errors', 'INFO logs.workload: Workload x']),
  );
  assert.ok(printed.length <= 1001);
  assert.ok(printed.every((line) => line.length <= 2000));
});

test('a file that a plug-in would download is named, with its address and its place', async () => {
  const source = `
import os
from osbenchmark.workload.loader import Downloader

class Queries:
    def __init__(self, workload, params, **kwargs):
        target = os.path.join(os.path.dirname(__file__), "queries.json.bz2")
        Downloader(False, False).download("https://example.org/corpora/", None, target, 10)

def register(registry):
    registry.register_param_source("queries", Queries)
`;
  const error = await asking(source);
  assert.match(error.message, /needs logs\/queries\.json\.bz2, .*https:\/\/example\.org\/corpora\/queries\.json\.bz2/);
});

test('a plug-in that is gone says so to all who ask', async () => {
  const plugin = await openPlugin({
    'workload.py': withSource('    def params(self):\n        import os\n        os._exit(7)\n'),
  });
  try {
    await plugin.host.register();
    const source = await plugin.host.openSource(sourceRequest('queries'));
    await assert.rejects(take(source, 1), /its process ended/);
    await assert.rejects(plugin.host.openSource(sourceRequest('queries')), /its process ended/);
  } finally {
    await plugin.close();
  }
});

test('a host that is closed rejects what is under way', async () => {
  const plugin = await openPlugin({ 'workload.py': 'while True:\n    pass\n' });
  const rejected = assert.rejects(plugin.host.register(), /it was closed/);
  await plugin.close();
  await rejected;
});
