// A plug-in in Python is started for those runs that it takes part in, and runs behind the same seam.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadFiles, runPlugin } from './plugin-run.ts';

const PLUGIN = `import random

class Terms:
    def __init__(self, workload, params, **kwargs):
        self._index = params["index"]
        self.infinite = True

    def partition(self, index, total):
        return self

    def params(self):
        return {"index": self._index, "body": {"query": {"term": {"n": random.randint(1, 1000000)}}}}

async def greet(client, params):
    await client.transport.perform_request("GET", "/hello")
    return 3, "greetings"

class Steady:
    def __init__(self, task, target_throughput=None):
        pass

    def next(self, current):
        return current + 0.001

def register(registry):
    registry.register_param_source("terms", Terms)
    registry.register_runner("greet", greet, async_runner=True)
    registry.register_scheduler("steady", Steady)
`;

const REFRESH = { name: 'r', 'operation-type': 'refresh' };

test('sources, runners and schedulers in Python make the same requests on one thread and on two', async (context) => {
  const settings = {
    schedule: [
      {
        operation: { name: 't', 'operation-type': 'search', 'param-source': 'terms', index: 'logs' },
        clients: 2,
        iterations: 5,
        schedule: 'steady',
      },
      { operation: { name: 'g', 'operation-type': 'greet' } },
    ],
    files: { 'workload.py': PLUGIN },
  };
  const one = await runPlugin(context, settings);
  assert.equal(one.outcome.status, 'success');
  const lines = one.received.map(({ method, url, body }) => `${method} ${url} ${body}`);
  assert.equal(new Set(lines).size, 11);
  assert.equal(
    lines.filter((line) => /^GET \/logs\/_search \{"query":\{"term":\{"n":\d+\}\}\}$/.test(line)).length,
    10,
  );
  assert.equal(one.outcome.results.tasks[1]?.throughput?.unit, 'greetings/s');
  const two = await runPlugin(context, { ...settings, cores: 2 });
  assert.deepEqual(two.received.map(({ method, url, body }) => `${method} ${url} ${body}`).sort(), [...lines].sort());
});

test('Python is not started for tasks that need nothing of it', async (context) => {
  const broken = { 'workload.py': `raise Exception("never imported")\n${PLUGIN}` };
  assert.equal((await loadFiles(context, { schedule: [{ operation: REFRESH }], files: broken })).plugin, null);
  const processor = { 'workload.py': `${PLUGIN}    registry.register_workload_processor(Terms)\n` };
  await assert.rejects(
    loadFiles(context, {
      schedule: [{ operation: REFRESH }],
      files: { 'workload.py': `1 / 0\n${processor['workload.py']}` },
    }),
    { code: 'PLUGIN', message: /ZeroDivisionError/ },
  );
  const runner = {
    'workload.py': `def register(registry):\n    registry.register_runner("refresh", 5, async_runner=True)\n`,
  };
  await assert.rejects(loadFiles(context, { schedule: [{ operation: REFRESH }], files: runner }), { code: 'PLUGIN' });
});
