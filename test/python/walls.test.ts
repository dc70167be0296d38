// The walls round the Python of a plug-in: what it tries to reach, and does not.
// Needs: time.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPlugin } from '../support/python-plugin.ts';

/** Runs statements in a plug-in, each by itself, and returns what each of them came to. */
async function tryEach(
  statements: readonly string[],
  prepare: (directory: string) => void = () => undefined,
): Promise<readonly string[]> {
  const plugin = await openPlugin({
    'workload.py': `
import json
ATTEMPTS = json.loads(${JSON.stringify(JSON.stringify(statements))})

def register(registry):
    for attempt in ATTEMPTS:
        scope = {}
        try:
            exec(attempt, scope)
            print("came to", repr(scope.get("found"))[:300])
        except BaseException as error:
            print("failed", type(error).__name__, str(error).replace("\\n", " ")[:200])
`,
    'own.txt': 'own',
  });
  prepare(plugin.directory);
  try {
    await plugin.host.register();
    return plugin.printed;
  } finally {
    await plugin.close();
  }
}

/** Ways from Python to the JavaScript that runs it, each leaving something that is called `thing`. */
const WAYS_OUT = [
  'import pyodide_js as thing',
  'import js as thing',
  'from pyodide.ffi import JsProxy; import gc; thing = [each for each in gc.get_objects() if isinstance(each, JsProxy)][0]',
  'import pyodide_js; thing = pyodide_js._module',
  'import pyodide_js; thing = pyodide_js._api',
  'import _pyodide_core; thing = _pyodide_core.jsglobals if hasattr(_pyodide_core, "jsglobals") else _pyodide_core',
];

test('code that gets out of Python finds no Node.js and can compile no text', async () => {
  const attempts = WAYS_OUT.flatMap((way) => [
    `${way}\nfound = thing.constructor.constructor("return process")()`,
    `${way}\nfound = thing.globalThis.process`,
  ]);
  const said = await tryEach([
    ...attempts,
    'from pyodide.code import run_js\nfound = run_js("process.version")',
    'import js\nfound = js.eval("1 + 1")',
    'import js\nfound = js.fetch("http://127.0.0.1:9200/")',
    'import js\nfound = js.process.mainModule.require("fs")',
    'import pyodide_js\nfound = pyodide_js._module.ENV.process.version',
  ]);
  for (const line of said) assert.match(line, /^failed /);
  assert.equal(said.length, attempts.length + 5);
});

test('C code cannot run a text of JavaScript either', async () => {
  const attempt = 'import ctypes\nctypes.CDLL(None).emscripten_run_script(b"process.exit(9)")';
  await assert.rejects(tryEach([attempt]), /its process ended with code 1: ReferenceError: eval is not defined/);
});

test('no file of the machine can be read or listed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'osb-secret-'));
  writeFileSync(join(directory, 'secret'), 'a secret');
  try {
    const said = await tryEach([
      `found = open(${JSON.stringify(join(directory, 'secret'))}).read()`,
      'found = open("/etc/passwd").read()',
      'found = open("/proc/self/environ").read()',
      'found = open("/workloads/logs/../../etc/passwd").read()',
      'import pyodide_js\npyodide_js.mountNodeFS("/host", "/")\nimport os\nfound = os.listdir("/host")',
      'import pyodide_js\nfs = pyodide_js.FS\nfs.mkdir("/h2")\nfs.mount(fs.filesystems.NODEFS, {"root": "/"}, "/h2")\nimport os\nfound = os.listdir("/h2/etc")',
      'import pyodide_js\nfound = pyodide_js.loadPackage("/etc/passwd").result()',
      'import js\nfound = js.readbuffer("/etc/passwd")',
      'import js\nfound = js.read("/etc/passwd")',
    ]);
    for (const line of said) assert.match(line, /^failed /);
    assert.equal(said.length, 9);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the directory of the workload can be read, and nothing in it can be changed', async () => {
  const said = await tryEach([
    'found = open("/workloads/logs/own.txt").read()',
    'import os\nfound = sorted(os.listdir("/workloads"))',
    'open("/workloads/logs/own.txt", "w").write("x")',
    'open("/workloads/logs/new.txt", "w").write("x")',
    'import os\nos.remove("/workloads/logs/own.txt")',
    'import os\nos.mkdir("/workloads/logs/new")',
    'import os\nos.rename("/workloads/logs/own.txt", "/workloads/logs/other.txt")',
    'import os\nos.chmod("/workloads/logs/own.txt", 0o777)',
    'import os\nos.truncate("/workloads/logs/own.txt", 0)',
    'found = open("/workloads/logs/own.txt").read()',
    'import os\nopen("scratch", "w").write("mine")\nfound = os.getcwd(), open("scratch").read()',
  ]);
  assert.deepEqual(said.slice(0, 2), ["came to 'own'", "came to ['logs']"]);
  for (const line of said.slice(2, 9)) assert.match(line, /^failed (PermissionError|OSError) /);
  assert.deepEqual(said.slice(9), ["came to 'own'", "came to ('/run', 'mine')"]);
});

test('links that lead out of the directory are not there', async () => {
  const said = await tryEach(['found = open("/workloads/logs/link").read()'], (directory) =>
    symlinkSync('/etc/passwd', join(directory, 'link')),
  );
  assert.match(said[0] ?? '', /^failed FileNotFoundError /);
});

test('of siblings with a workload only the modules are there', async () => {
  const plugin = await openPlugin(
    {
      'workload.py': `
import os
from taxis.workload import VALUE

def register(registry):
    print(VALUE, sorted(os.listdir("/workloads")), sorted(os.listdir("/workloads/taxis")))
`,
    },
    {
      beside: {
        'taxis/workload.json': '{}',
        'taxis/workload.py': 'VALUE = 5\n',
        'taxis/queries.txt': 'private',
        'other/module.py': 'no workload',
      },
    },
  );
  try {
    await plugin.host.register();
    assert.deepEqual(plugin.printed, ["5 ['logs', 'taxis'] ['workload.py']"]);
  } finally {
    await plugin.close();
  }
});

test('there is no environment, no process and no thread', async () => {
  const said = await tryEach([
    'import os\nfound = [name for name in os.environ if name in ("PATH", "HOME", "NODE_OPTIONS", "AWS_SECRET_ACCESS_KEY") and os.environ[name] not in ("/", "/run")]',
    'import os\nfound = os.system("true") == 0',
    'import subprocess\nsubprocess.run(["true"])',
    'import os\nos.fork()',
    'import threading\nthreading.Thread(target=print).start()',
    'import os\nos.kill(os.getppid(), 9)\nfound = "not me"',
  ]);
  assert.deepEqual(said.slice(0, 2), ['came to []', 'came to False']);
  for (const line of said.slice(2, 5)) assert.match(line, /^failed /);
  assert.equal(said.length, 6);
});

test('there is no network', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  try {
    const said = await tryEach([
      `import socket\nfound = socket.create_connection(("127.0.0.1", ${address.port}), timeout=2)`,
      `import urllib.request\nfound = urllib.request.urlopen("http://127.0.0.1:${address.port}/", timeout=2)`,
      `import http.client\nc = http.client.HTTPConnection("127.0.0.1", ${address.port}, timeout=2)\nc.request("GET", "/")\nfound = c.getresponse()`,
      `from opensearchpy import OpenSearch\nfound = OpenSearch("http://127.0.0.1:${address.port}")`,
    ]);
    for (const line of said) assert.match(line, /^failed /);
    assert.equal(said.length, 4);
    assert.equal(connections, 0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
