// Schedulers, value sources and workload processors in Python.
// Needs: time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isJsonObject, writeJson } from '../../src/json.ts';
import type { PluginScheduler } from '../../src/plugin/host.ts';
import { perSecond, seconds } from '../../src/units.ts';
import { type OpenPlugin, objectOf, openPlugin, sourceRequest } from '../support/python-plugin.ts';

const PLUGIN = `
import random

from osbenchmark.worker_coordinator.scheduler import Scheduler, SimpleScheduler
from osbenchmark.workload.loader import DefaultWorkloadPreparator, WorkloadProcessor
from osbenchmark.workload.workload import Operation, Task


class Halves(SimpleScheduler):
    def __init__(self, task, target_throughput):
        self.step = 0.5 / target_throughput

    def next(self, current):
        return current + self.step


class Adapts(Scheduler):
    def __init__(self, task):
        self.slow = task.params["slow"]
        self.heard = []
        self.parameter_source = None

    def before_request(self, now):
        self.heard.append(("before", now))

    def after_request(self, now, weight, unit, meta):
        self.heard.append((now, weight, unit, meta["success"]))

    def next(self, current):
        return current + self.slow * len(self.heard) + self.parameter_source.offset


class Legacy:
    def __init__(self, params):
        self.gap = params["gap"]

    def next(self, current):
        return current + self.gap


class Wrong(SimpleScheduler):
    def __init__(self, task, target_throughput):
        pass

    def next(self, current):
        return "soon"


class Source:
    offset = 100

    def __init__(self, workload, params, **kwargs):
        pass

    def params(self):
        return {}


def values():
    low = random.randrange(0, 1000.0)
    return {"gte": low, "lte": low + 0.5, "format": "x"}


class Processor(WorkloadProcessor):
    def on_after_load_workload(self, input_workload, **kwargs):
        procedure = input_workload.default_test_procedure
        for element in list(procedure.schedule):
            for task in list(element):
                if task.operation.type == "bulk":
                    task.clients = 16
                    task.operation.params["bulk-size"] = 7
                elif task.name == "gone":
                    element.remove_task(task) if element.nested else procedure.remove_task(task)
        procedure.schedule.append(Task("new", Operation("own", "search", params={"index": "i"}), iterations=3))
        input_workload.corpora[0].documents[0].number_of_documents = 5


def register(registry):
    registry.register_param_source("source", Source)
    for name, scheduler in (("halves", Halves), ("adapts", Adapts), ("legacy", Legacy), ("wrong", Wrong)):
        registry.register_scheduler(name, scheduler)
    registry.register_standard_value_source("op", "price", values)
    registry.register_query_randomization_info("op", "term", [["value", "v"]], ["boost"])
    registry.register_workload_processor(Processor())
    try:
        registry.register_workload_processor(DefaultWorkloadPreparator())
    except TypeError as error:
        print(error)
`;

let plugin: OpenPlugin;
before(async () => {
  plugin = await openPlugin({ 'workload.py': PLUGIN });
  const names = await plugin.host.register();
  assert.deepEqual(names.schedulers, [
    { name: 'halves', kind: 'simple' },
    { name: 'adapts', kind: 'full' },
    { name: 'legacy', kind: 'full' },
    { name: 'wrong', kind: 'simple' },
  ]);
  assert.deepEqual(names.valueSources, [{ operation: 'op', field: 'price' }]);
  assert.deepEqual(names.randomizations, [
    { operation: 'op', query: 'term', parameters: [['value', 'v']], optional: ['boost'] },
  ]);
  assert.deepEqual([names.changesWorkload, names.preparesData], [true, false]);
  assert.match(plugin.printed[0] ?? '', /missing 1 required positional argument: 'cfg'/);
});
after(() => plugin.close());

async function times(scheduler: PluginScheduler, count: number, from = 0): Promise<readonly number[]> {
  const found: number[] = [];
  for (let current = seconds(from); found.length < count; found.push(current)) {
    await scheduler.ready();
    current = scheduler.next(current);
  }
  return found;
}

const { bodies: _bodies, ...place } = sourceRequest('');

test('a simple scheduler gives times for its rate, far ahead', async () => {
  const scheduler = await plugin.host.openScheduler({ ...place, name: 'halves', spec: new Map(), source: null });
  scheduler.setRate(perSecond(2));
  const first = await times(scheduler, 200);
  assert.deepEqual(
    first,
    Array.from({ length: 200 }, (_, index) => (index + 1) / 4),
  );
  scheduler.setRate(perSecond(4));
  assert.deepEqual(await times(scheduler, 3, 50), [50.125, 50.25, 50.375]);
  scheduler.close();
});

test('a full scheduler hears of requests and sees its source', async () => {
  const source = await plugin.host.openSource(sourceRequest('source'));
  const spec = objectOf('{"slow": 0.5}');
  const scheduler = await plugin.host.openScheduler({ ...place, name: 'adapts', spec, source });
  assert.deepEqual(await times(scheduler, 1), [100]);
  scheduler.beforeRequest(seconds(100));
  scheduler.afterRequest(seconds(101), 5, 'docs', true);
  assert.deepEqual(await times(scheduler, 1, 100), [201]);
});

test('a scheduler of the old kind is made from the task', async () => {
  const spec = objectOf('{"gap": 3}');
  const scheduler = await plugin.host.openScheduler({ ...place, name: 'legacy', spec, source: null });
  scheduler.beforeRequest(seconds(0));
  assert.deepEqual(await times(scheduler, 3), [3, 6, 9]);
});

test('a time that is no number is refused', async () => {
  const scheduler = await plugin.host.openScheduler({ ...place, name: 'wrong', spec: new Map(), source: null });
  scheduler.setRate(perSecond(1));
  await assert.rejects(times(scheduler, 1), /next\(\) must return a number of seconds, but returned 'soon'/);
});

test('streams of values with the same seed are equal', async () => {
  const draw = async (seed: number): Promise<readonly string[]> => {
    const stream = await plugin.host.openValues({ operation: 'op', field: 'price', seed });
    const found: string[] = [];
    while (found.length < 300) {
      await stream.ready();
      found.push(writeJson(stream.next()));
    }
    stream.close();
    return found;
  };
  const [one, same, other] = [await draw(1), await draw(1), await draw(2)];
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
  assert.match(one[0] ?? '', /^\{"gte":\d+,"lte":\d+\.5,"format":"x"\}$/);
});

test('a processor changes tasks, operations and corpora of the rendered workload', async () => {
  const changed = await plugin.host.changeWorkload(
    objectOf(`{
      "version": 2, "#COMMENT": "kept", "indices": [{"name": "i", "body": "i.json"}],
      "corpora": [{"name": "c", "documents": [{"source-file": "d.json.bz2", "document-count": 9, "x": 1.0}]}],
      "operations": [{"name": "index", "operation-type": "bulk", "bulk-size": 5000}],
      "test_procedures": [{"name": "p", "default": true, "schedule": [
        {"operation": "index", "clients": 8, "own-key": [1]},
        {"parallel": {"tasks": [{"name": "gone", "operation": "refresh"}, {"name": "stays", "operation": "refresh"}]}},
        {"operation": {"operation-type": "force-merge"}, "name": "gone"}]}]
    }`),
  );
  assert.ok(isJsonObject(changed));
  assert.deepEqual(
    changed,
    objectOf(`{
      "version": 2, "#COMMENT": "kept", "indices": [{"name": "i", "body": "i.json"}],
      "corpora": [{"name": "c", "documents": [{"source-file": "d.json.bz2", "document-count": 5, "x": 1.0}]}],
      "operations": [{"name": "index", "operation-type": "bulk", "bulk-size": 5000}],
      "test_procedures": [{"name": "p", "default": true, "schedule": [
        {"operation": {"name": "index", "operation-type": "bulk", "bulk-size": 7}, "clients": 16, "own-key": [1]},
        {"parallel": {"tasks": [{"name": "stays", "operation": "refresh"}]}},
        {"name": "new", "clients": 1, "iterations": 3,
          "operation": {"name": "own", "operation-type": "search", "index": "i"}}]}]
    }`),
  );
});
