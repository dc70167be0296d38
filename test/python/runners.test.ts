// Runners in Python: their requests go out through a session of the client.
// Needs: time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BenchmarkError } from '../../src/errors.ts';
import { RequestFailure, type ScriptReply, type ScriptRequest, type Session } from '../../src/operation/operation.ts';
import type { PluginRunner, RunnerResult } from '../../src/plugin/host.ts';
import { type OpenPlugin, objectOf, openPlugin, sourceRequest, takeOne } from '../support/python-plugin.ts';

const PLUGIN = `
import asyncio

from opensearchpy.exceptions import ConflictError, ConnectionTimeout, NotFoundError, TransportError
from osbenchmark.client import RequestContextHolder
from osbenchmark.worker_coordinator.runner import Retry, Runner, mandatory, time_func


async def nothing(client, params):
    pass


async def pair(client, params):
    answer = await client.reindex(body=params["body"], request_timeout=2.5, wait_for_completion=True)
    return answer["total"], "docs"


async def calls(client, params):
    await client.indices.refresh(index=["a", "b"])
    await client.transport.perform_request("get", "/_x/y", params={"z": "ü &"}, headers={"x-own": "1"})
    await client.snapshot.delete(repository="r/1", snapshot="s")
    await client.bulk(body=[{"index": {}}, {"a": 1}], index="i")
    await client.search(index="i", body={"query": {}}, request_cache=False)
    await client.indices.put_settings(body={"a": 1})
    await client.index("i", {"a": 1}, "7")
    there = await client.indices.exists("nothere")
    text = await client.cat.indices()
    client.return_raw_response()
    raw = await client.info()
    return {"there": there, "text": text, "raw": raw.read().decode(), "weight": 9, "unit": "calls", "took": 4}


async def catches(client, params):
    try:
        await client.get(index="i", id="1")
    except NotFoundError as error:
        found = error.status_code, error.error, error.info["error"]["reason"]
    try:
        await client.get(index="slow", id="1")
    except ConnectionTimeout as error:
        late = error.status_code
    ignored = await client.get(index="i", id="1", ignore=404)
    return {"found": str(found), "late": late, "ignored": str(ignored), "success": False, "error-type": "own",
            "error-description": "as it is"}


async def lets_go(client, params):
    await client.indices.delete(index="conflict")


async def together(client, params):
    answers = await asyncio.gather(*(client.indices.get(index=f"i{n}") for n in range(3)))
    return len(answers), "answers"


async def sleeps(client, params):
    await asyncio.sleep(0.02)
    return {"slept": True}


class Warm(Runner):
    entered = 0

    async def __aenter__(self):
        Warm.entered += 1
        return self

    async def __call__(self, client, params):
        RequestContextHolder().on_client_request_start()
        answer = await client.transport.perform_request("GET", "/warm/" + mandatory(params, "index", "warm"))
        RequestContextHolder().on_client_request_end()
        return {"success": answer["failed"] == 0, "entered": Warm.entered}


class Many:
    multi_cluster = True

    async def __call__(self, clients, params):
        await clients["default"].info()
        return len(clients), "clusters"


class Steps:
    def __init__(self):
        self.done = 0

    @property
    def completed(self):
        return self.done == 3

    @property
    def task_progress(self):
        return self.done / 3, "%"

    async def __call__(self, client, params):
        self.done += 1


async def odd(client, params):
    return ["a", "b", "c"]


async def odd_weight(client, params):
    return {"weight": "many", "unit": None, "throughput": float("inf"), "object": {}}


@time_func
async def broken(client, params):
    return {}[params["index"]]


async def eager(client, params):
    return sum(params["numbers"]), "ops"


def numbers(workload, params, **kwargs):
    return {"numbers": {1, 2, 3}}


def register(registry):
    for runner in (nothing, pair, calls, catches, lets_go, together, sleeps, odd, odd_weight, broken, eager):
        registry.register_runner(runner.__name__, runner, async_runner=True)
    registry.register_runner("warm", Retry(Warm(), retry_until_success=True), async_runner=True)
    registry.register_runner("many", Many(), async_runner=True)
    registry.register_runner("steps", Steps(), async_runner=True)
    registry.register_param_source("numbers", numbers)
`;

/** A session whose answers are told beforehand, by path. */
class ToldSession implements Session {
  readonly sent: ScriptRequest[] = [];
  readonly slept: number[] = [];
  private readonly answers: (request: ScriptRequest) => string | RequestFailure;
  private isBusy = false;
  forks = 0;
  released = 0;
  readonly now = (): number => performance.now();

  constructor(answers: (request: ScriptRequest) => string | RequestFailure) {
    this.answers = answers;
  }

  async request(request: ScriptRequest): Promise<ScriptReply> {
    assert.equal(this.isBusy, false, 'one request at a time');
    this.isBusy = true;
    this.sent.push({ ...request, body: request.body == null ? null : Buffer.from(request.body).toString() });
    await new Promise((resolve) => setImmediate(resolve));
    this.isBusy = false;
    const answer = this.answers(request);
    if (typeof answer === 'string') return { status: 200, body: Buffer.from(answer) };
    const { status, body } = answer;
    if (status !== null && request.ignoredStatus?.includes(status) === true)
      return { status, body: body ?? Buffer.alloc(0) };
    throw answer;
  }

  send(): Promise<ScriptReply> {
    throw new Error('plug-ins in Python have no prepared requests');
  }

  async sleep(duration: number): Promise<void> {
    this.slept.push(duration);
  }

  countRetry(): void {
    throw new Error('nobody counts');
  }

  fork(): Session {
    this.forks++;
    const fork = new ToldSession(this.answers);
    fork.release = () => {
      this.released++;
    };
    return fork;
  }

  release(): void {
    throw new Error('not a fork');
  }

  reportPart(): void {
    throw new Error('no parts');
  }

  countAsService(): void {
    throw new Error('no time without a request');
  }
}

const notFound = new RequestFailure(
  'status',
  'HTTP 404',
  404,
  Buffer.from('{"error": {"type": "index_not_found", "reason": "no such index"}, "status": 404}'),
);
const conflict = new RequestFailure('status', 'HTTP 409', 409, Buffer.from('{"error": "conflict"}'));
const timeout = new RequestFailure('timeout', 'no answer within 2 s');

let plugin: OpenPlugin;
before(async () => {
  plugin = await openPlugin({ 'workload.py': PLUGIN });
  await plugin.host.register();
});
after(() => plugin.close());

const runnerOf = (type: string): Promise<PluginRunner> => {
  const { operation, ...place } = sourceRequest('');
  return plugin.host.openRunner({ ...place, operation: { ...operation, type } });
};

async function run(type: string, session: Session, params = '{}'): Promise<RunnerResult> {
  return (await runnerOf(type)).run({ params: objectOf(params), body: null }, session);
}

const silent = new ToldSession(() => '{}');
const plain = { errorType: null, errorDescription: null, throughput: null, isCompleted: false, progress: null };

test('a runner that says nothing has done one operation', async () => {
  const result = await run('nothing', silent);
  assert.deepEqual(result, { weight: 1, unit: 'ops', success: true, details: new Map(), ...plain });
});

test('a runner sends a request and says what was done', async () => {
  const session = new ToldSession(() => '{"total": 12}');
  const result = await run('pair', session, '{"body": {"source": {"index": "a"}, "size": 5.0}}');
  assert.deepEqual([result.weight, result.unit, result.success], [12, 'docs', true]);
  const [request] = session.sent;
  assert.equal(request?.method, 'POST');
  assert.equal(request?.path, '/_reindex?wait_for_completion=true');
  assert.equal(request?.body, '{"source":{"index":"a"},"size":5.0}');
  assert.equal(request?.timeout, 2500);
});

test('the methods of the client make the requests of the original', async () => {
  const session = new ToldSession(({ path }) =>
    path === '/nothere' ? notFound : path.startsWith('/_cat') ? 'green open i\n' : '{"ok": 1}',
  );
  const result = await run('calls', session);
  assert.deepEqual(
    session.sent.map(({ method, path, body }) => [method, path, body]),
    [
      ['POST', '/a,b/_refresh', null],
      ['GET', '/_x/y?z=%C3%BC%20%26', null],
      ['DELETE', '/_snapshot/r%2F1/s', null],
      ['POST', '/i/_bulk', '{"index":{}}\n{"a":1}\n'],
      ['POST', '/i/_search?request_cache=false', '{"query":{}}'],
      ['PUT', '/_settings', '{"a":1}'],
      ['PUT', '/i/_doc/7', '{"a":1}'],
      ['HEAD', '/nothere', null],
      ['GET', '/_cat/indices', null],
      ['GET', '/', null],
    ],
  );
  assert.deepEqual(session.sent[1]?.headers, { 'x-own': '1' });
  assert.deepEqual([result.weight, result.unit], [9, 'calls']);
  const details = { there: false, text: 'green open i\n', raw: '{"ok": 1}', took: 4 };
  assert.deepEqual(Object.fromEntries(result.details), details);
});

test('a plug-in can catch what a request raises', async () => {
  const session = new ToldSession(({ path }) => (path.startsWith('/slow') ? timeout : notFound));
  const result = await run('catches', session);
  assert.equal(result.details.get('found'), "(404, 'index_not_found', 'no such index')");
  assert.equal(result.details.get('late'), 'TIMEOUT');
  assert.match(String(result.details.get('ignored')), /'status': 404/);
  assert.deepEqual([result.success, result.errorType, result.errorDescription], [false, 'own', 'as it is']);
});

test('a failed request that nobody catches comes out as itself', async () => {
  await assert.rejects(run('lets_go', new ToldSession(() => conflict)), (error) => error === conflict);
  await assert.rejects(run('lets_go', new ToldSession(() => timeout)), (error) => error === timeout);
});

test('requests at the same time have sessions of their own, which are given back', async () => {
  const session = new ToldSession(() => '{}');
  const result = await run('together', session);
  assert.deepEqual([result.weight, result.unit], [3, 'answers']);
  assert.equal(session.forks, 2);
  assert.equal(session.released >= 2, true);
});

test('a pause is one of the session, so that it ends with its operation', async () => {
  const session = new ToldSession(() => '{}');
  assert.equal((await run('sleeps', session)).details.get('slept'), true);
  assert.deepEqual(session.slept, [20]);
});

test('Retry repeats a runner until it is a success', async () => {
  let left = 3;
  const session = new ToldSession(() => `{"failed": ${--left}}`);
  const result = await run('warm', session, '{"index": "i", "retry-wait-period": 0.25}');
  assert.deepEqual([result.success, result.details.get('entered')], [true, 1]);
  assert.deepEqual(session.slept, [250, 250]);
  assert.deepEqual(new Set(session.sent.map(({ path }) => path)), new Set(['/warm/i']));
});

test('a missing parameter is named', async () => {
  await assert.rejects(run('warm', silent), /DataError.*'warm' did not provide the mandatory parameter 'index'/);
});

test('a runner of several clusters gets them by name', async () => {
  assert.deepEqual((await run('many', new ToldSession(() => '{}'))).unit, 'clusters');
});

test('a runner can say itself when the task is done', async () => {
  const runner = await runnerOf('steps');
  assert.equal(runner.decidesCompletion, true);
  assert.equal((await runnerOf('nothing')).decidesCompletion, false);
  const seen: [boolean, number | null][] = [];
  for (let time = 0; time < 3; time++) {
    const { isCompleted, progress } = await runner.run({ params: new Map(), body: null }, silent);
    seen.push([isCompleted, progress]);
  }
  assert.deepEqual(seen, [
    [false, 1 / 3],
    [false, 2 / 3],
    [true, 1],
  ]);
});

test('a result of another shape counts as one operation', async () => {
  assert.deepEqual((await run('odd', silent)).weight, 1);
  const { weight, unit, throughput, details } = await run('odd_weight', silent);
  assert.deepEqual([weight, unit, throughput, details.size], [1, 'ops', null, 0]);
});

test('an exception of a runner is a plug-in error with the place where it arose', async () => {
  await assert.rejects(run('broken', silent, '{"index": "i"}'), (error) => {
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'PLUGIN');
    assert.match(error.message, /workload\.py: runner "broken" of task "task" failed: KeyError: 'i'\.$/);
    const line = PLUGIN.split('\n').findIndex((text) => text.includes('return {}[params')) + 1;
    assert.deepEqual(error.problems, [{ file: 'logs/workload.py', line, message: 'in broken' }]);
    return true;
  });
});

test('parameters of a source that no JSON can hold reach the runner of the same plug-in', async () => {
  const source = await plugin.host.openSource(sourceRequest('numbers', { bodies: 'kept' }));
  const runner = await runnerOf('eager');
  for (let time = 0; time < 20; time++) {
    const params = await takeOne(source);
    assert.ok(params !== null);
    assert.equal((await runner.run(params, silent)).weight, 6);
  }
});

test('many runs go on at the same time', async () => {
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => run('pair', new ToldSession(() => `{"total": ${index}}`), '{"body": {}}')),
  );
  assert.deepEqual(
    results.map(({ weight }) => weight),
    results.map((_, index) => index),
  );
});
