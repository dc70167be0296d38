// Whole test runs of workloads with plug-ins in Python.
// Needs: time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PluginRunSettings, runPlugin } from '../plugin/plugin-run.ts';
import { cacheDirectory } from '../support/python-plugin.ts';

const PLUGIN = `
import random


class Searches:
    def __init__(self, workload, params, **kwargs):
        self.index = workload.indices[0].name
        self.params_of = params

    def params(self):
        if self.params_of.get("fail") and random.random() < 0.2:
            raise ValueError("no more")
        return {"index": self.index, "body": {"query": {"term": {"n": random.randint(0, 10**9)}}}}


class Documents:
    infinite = False

    def __init__(self, workload, params, **kwargs):
        self.left = 3

    def partition(self, index, total):
        self.index = index
        return self

    def params(self):
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        body = [{"index": {"_index": "logs"}}, {"client": self.index, "left": self.left}]
        return {"body": body, "bulk-size": 1, "action-metadata-present": True, "unit": "docs"}


async def warm(client, params):
    answer = await client.transport.perform_request("GET", f"/_warm/{params['index']}")
    if params.get("throw"):
        return answer["absent"]
    return {"weight": 5, "unit": "pages", "success": answer["timed_out"]}


def register(registry):
    registry.register_param_source("searches", Searches)
    registry.register_param_source("documents", Documents)
    registry.register_runner("warm", warm, async_runner=True)
`;

const settings = (schedule: readonly unknown[], change: Partial<PluginRunSettings> = {}): PluginRunSettings => ({
  schedule,
  files: { 'workload.py': PLUGIN, 'index.json': '{}' },
  cacheDirectory,
  ...change,
});

test('the same seed gives the same requests on one thread and on two', async (context) => {
  const schedule = [
    { operation: { 'operation-type': 'search', 'param-source': 'searches' }, clients: 4, iterations: 25 },
  ];
  const bodies: (readonly string[])[] = [];
  for (const cores of [1, 2]) {
    const { received, outcome } = await runPlugin(context, settings(schedule, { cores }));
    assert.equal(outcome.status, 'success');
    assert.deepEqual(new Set(received.map(({ method, url }) => `${method} ${url}`)), new Set(['GET /logs/_search']));
    bodies.push(received.map(({ body }) => body).sort());
  }
  assert.equal(bodies[0]?.length, 100);
  assert.equal(new Set(bodies[0]).size, 100);
  assert.deepEqual(bodies[0], bodies[1]);
});

test('a finite source of documents runs to its end, for each client', async (context) => {
  const operation = { 'operation-type': 'bulk', 'param-source': 'documents', 'bulk-size': 1 };
  const answer = (): readonly [number, unknown] => [200, { took: 1, errors: false, items: [] }];
  const { received, outcome } = await runPlugin(context, settings([{ operation, clients: 2 }], { answer }));
  assert.equal(outcome.status, 'success');
  const expected = [0, 1].flatMap((client) =>
    [0, 1, 2].map((left) => `{"index":{"_index":"logs"}}\n{"client":${client},"left":${left}}\n`),
  );
  assert.deepEqual(received.map(({ body }) => body).sort(), expected.sort());
});

test('a runner makes samples; one that throws is a failed sample, and a source that throws ends the run', async (context) => {
  const warm = { 'operation-type': 'warm', index: 'logs' };
  const { received, outcome } = await runPlugin(
    context,
    settings([
      { name: 'warms', operation: warm, iterations: 4 },
      { name: 'throws', operation: { ...warm, throw: true }, iterations: 3 },
      {
        name: 'ends',
        operation: { 'operation-type': 'search', 'param-source': 'searches', fail: true },
        iterations: 500,
      },
    ]),
  );
  assert.equal(received.filter(({ url }) => url === '/_warm/logs').length, 7);
  const [warms, throws] = outcome.results.tasks;
  assert.deepEqual([warms?.samples, warms?.errorRate], [4, 1]);
  assert.deepEqual([throws?.samples, throws?.errorRate], [3, 1]);
  assert.equal(outcome.status, 'failed');
  assert.match(outcome.error?.message ?? '', /parameter source "searches" of task "ends" failed: ValueError: no more/);
});
