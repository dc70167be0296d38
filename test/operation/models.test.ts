// Operations on models, against what ML Commons and the k-NN plug-in answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunValueStore } from '../../src/operation/run-value-store.ts';
import { lines, play, type Server } from './play.ts';

/** Answers one after the other; the last one again and again. */
const inOrder =
  (...bodies: readonly unknown[]): Server =>
  (_request, count) => ({ body: bodies[Math.min(count, bodies.length) - 1] });

const hits = (...sources: readonly object[]) => ({
  hits: { hits: sources.map((source, index) => ({ _id: `hit${index}`, _source: source })) },
});
const model = { 'model-name': 'm', 'model-version': '1.0', 'model-format': 'TORCH_SCRIPT' };

function withValues(known: Readonly<Record<string, string>> = {}) {
  const values = new RunValueStore();
  values.merge(new Map(Object.entries(known)));
  return values;
}

const run = (type: string, params: object, server: Server, values = withValues(), limit?: number) =>
  play(type, params, server, undefined, { values }, limit);

test('a model that is not there is registered, and its id is left behind', async () => {
  const values = withValues();
  const server = inOrder(
    hits(),
    { task_id: 't/1', status: 'CREATED' },
    { state: 'CREATED' },
    { state: 'RUNNING' },
    { state: 'COMPLETED', model_id: 'id1' },
  );
  const { stage, outcome, error } = await run('register-ml-model', model, server, values);
  assert.deepEqual([error, outcome.success, outcome.weight], [undefined, true, 1]);
  assert.deepEqual(lines(stage.requests), [
    'POST /_plugins/_ml/models/_search {"query":{"bool":{"should":[{"term":{"name.keyword":"m"}}],' +
      '"must_not":{"exists":{"field":"chunk_number"}}}}}',
    'POST /_plugins/_ml/models/_register {"name":"m","version":"1.0","model_format":"TORCH_SCRIPT"}',
    ...Array.from({ length: 3 }, () => 'GET /_plugins/_ml/tasks/t%2F1'),
  ]);
  assert.deepEqual([...values.drain()], [['model_id.json', '{"model_id":"id1"}']]);
});

test('a model that is there is not registered again', async () => {
  for (const [found, id] of [
    [hits({ model_id: 'known' }), 'known'],
    [hits({ name: 'm' }), 'hit0'],
  ] as const) {
    const values = withValues();
    const { stage } = await run('register-ml-model', model, inOrder(found), values);
    assert.equal(stage.requests.length, 1);
    assert.equal(values.get('model_id.json'), JSON.stringify({ model_id: id }));
  }
});

test('a model is registered from a file of the coordinator, which is in the parameters by then', async () => {
  const config = { name: 'own', version: 2, url: 'http://x' };
  const server = inOrder(hits(), { task_id: 't' }, { state: 'COMPLETED', model_id: 'i' });
  const { stage } = await run('register-ml-model', { 'model-config': config }, server);
  assert.equal(lines(stage.requests)[1], `POST /_plugins/_ml/models/_register ${JSON.stringify(config)}`);
});

const failures: readonly (readonly [string, Server, string])[] = [
  [
    'whose task fails',
    inOrder(hits(), { task_id: 't' }, { state: 'FAILED', error: 'no room' }),
    'The task for model "m" to be registered ended as FAILED: no room',
  ],
  ['that gets no task', inOrder(hits(), {}), 'RequestFailure: .* holds no "task_id"'],
  ['whose task has no state', inOrder(hits(), { task_id: 't' }, {}), 'RequestFailure: .* holds no "state"'],
  [
    'that gets no id',
    inOrder(hits(), { task_id: 't' }, { state: 'COMPLETED' }),
    'RequestFailure: .* holds no "model_id"',
  ],
  [
    'that takes too long',
    inOrder(hits(), { task_id: 't' }, { state: 'CREATED' }),
    'RequestFailure: Waited in vain for model "m" to be registered: 3 s are over; it was last seen as CREATED.',
  ],
];
for (const [what, server, expected] of failures) {
  test(`a model ${what} is a failure, and leaves nothing behind`, async () => {
    const values = withValues();
    const { outcome, error } = await run('register-ml-model', { ...model, timeout: 3 }, server, values);
    assert.match(error === undefined ? (outcome.errorDescription ?? '') : String(error), new RegExp(expected));
    assert.equal(values.drain().size, 0);
  });
}

test('the model that was registered last is deployed', async () => {
  const values = withValues({ 'model_id.json': '{"model_id":"a b"}' });
  const { stage, outcome } = await run(
    'deploy-ml-model',
    {},
    inOrder({ task_id: 't' }, { state: 'COMPLETED' }),
    values,
  );
  assert.equal(outcome.success, true);
  assert.deepEqual(lines(stage.requests), ['POST /_plugins/_ml/models/a%20b/_deploy', 'GET /_plugins/_ml/tasks/t']);
});

test('without a model or a connector that was made before, what needs it fails and says what has to come first', async () => {
  for (const [type, params, first] of [
    ['deploy-ml-model', {}, 'register-ml-model or register-remote-ml-model'],
    ['register-remote-ml-model', { body: { name: 'r' } }, 'create-ml-connector'],
  ] as const) {
    const { stage, outcome, error } = await run(type, params, () => ({}));
    assert.deepEqual([error, outcome.errorKind, stage.requests.length], [undefined, 'missing id', 0]);
    assert.ok(outcome.errorDescription?.includes(`${first} has to come first`), outcome.errorDescription ?? '');
  }
});

test('all models of a name are undeployed and deleted, each once however many pieces it has', async () => {
  const server: Server = ({ path, method }, count) => {
    if (path.endsWith('_search')) return { body: hits({ model_id: 'x' }, { model_id: 'x' }, { name: 'm' }) };
    return method === 'GET' ? { body: { model_state: count === 4 ? 'DEPLOYED' : 'UNDEPLOYED' } } : {};
  };
  const { stage } = await run('delete-ml-model', { 'model-name': 'm' }, server);
  assert.deepEqual(
    stage.log.map((line) => line.replace('/_plugins/_ml/models/', '')),
    [
      '0 POST _search',
      '0 POST x/_undeploy',
      '0 POST hit2/_undeploy',
      '0 GET x',
      '0 sleep 1000',
      '1000 GET x',
      '1000 DELETE x',
      '1000 GET hit2',
      '1000 DELETE hit2',
    ],
  );
  const never: Server = ({ path }) =>
    path.endsWith('_search') ? { body: hits({ model_id: 'x' }) } : { body: { model_state: 'DEPLOYED' } };
  const { error } = await run('delete-ml-model', { 'model-name': 'm', 'undeploy-timeout': 2 }, never);
  assert.match(String(error), /Waited in vain for .*\/x to be undeployed: 2 s are over; it was last seen as DEPLOYED/);
});

test('a connector is created, used by the next model, and deleted by its name', async () => {
  const values = withValues();
  await run('create-ml-connector', { body: { name: 'c' } }, inOrder({ connector_id: 'C' }), values);
  assert.equal(values.get('connector_id.json'), '{"connector_id":"C"}');
  const server = inOrder({ task_id: 't' }, { state: 'COMPLETED', model_id: 'M' });
  const remote = await run('register-remote-ml-model', { body: { name: 'r' } }, server, values);
  assert.equal(lines(remote.stage.requests)[0], 'POST /_plugins/_ml/models/_register {"name":"r","connector_id":"C"}');
  assert.equal(values.get('model_id.json'), '{"model_id":"M"}');
  const dropped = await run('delete-ml-connector', { connector_name: 'c' }, inOrder(hits({ name: 'c' }), {}));
  assert.deepEqual(lines(dropped.stage.requests), [
    'POST /_plugins/_ml/connectors/_search {"query":{"term":{"name.keyword":"c"}}}',
    'DELETE /_plugins/_ml/connectors/hit0',
  ]);
  const none = await run('create-ml-connector', { body: {} }, () => ({ body: 'what?' }));
  assert.match(String(none.error), /holds no "connector_id"/);
});

test('nothing is deleted where there never was a model or a connector', async () => {
  for (const [type, params] of [
    ['delete-ml-model', { 'model-name': 'm' }],
    ['delete-ml-connector', { connector_name: 'c' }],
  ] as const) {
    const { stage, error } = await run(type, params, () => ({ status: 404 }));
    assert.deepEqual([error, stage.requests.length], [undefined, 1]);
  }
});

test('a k-NN model is trained, with a look every half a second', async () => {
  const { stage, outcome, error } = await run(
    'train-knn-model',
    { model_id: 'k', body: { dimension: 2 } },
    inOrder({ model_id: 'k' }, { state: 'training' }, { state: 'created' }),
  );
  assert.deepEqual([error, outcome.weight, outcome.unit], [undefined, 1, 'ops']);
  assert.deepEqual(stage.log, [
    '0 POST /_plugins/_knn/models/k/_train',
    '0 GET /_plugins/_knn/models/k',
    '0 sleep 500',
    '500 GET /_plugins/_knn/models/k',
  ]);
  assert.equal(stage.requests[0]?.body, '{"dimension":2}');
});

test('a training that fails, ends in no known state or takes too many looks is a failure', async () => {
  const params = { model_id: 'k', body: {}, retries: 2, poll_period: 1 };
  const failed = await run('train-knn-model', params, inOrder({}, { state: 'failed', error: 'too few vectors' }));
  assert.equal(failed.outcome.errorDescription, 'Model "k" is in state "failed": too few vectors.');
  const odd = await run('train-knn-model', params, inOrder({}, { status: 404 }));
  assert.match(String(odd.error), /holds no "state"/);
  const slow = await run('train-knn-model', params, inOrder({}, { state: 'training' }));
  assert.match(String(slow.error), /model "k" to be trained: 2 s are over; it was last seen in training/);
  assert.equal(slow.stage.requests.length, 4);
});

test('a k-NN model is deleted; one that is missing is a failure unless it may be', async () => {
  const drop = (params: object, server: Server) => run('delete-knn-model', { model_id: 'k', ...params }, server);
  const deleted = await drop({}, () => ({ body: { result: 'deleted' } }));
  assert.deepEqual(
    [deleted.outcome.success, lines(deleted.stage.requests)],
    [true, ['DELETE /_plugins/_knn/models/k']],
  );
  const missing = await drop({}, () => ({ status: 404 }));
  assert.equal(missing.outcome.errorDescription, 'There is no model "k" that could be deleted.');
  const allowed = await drop({ 'ignore-if-model-does-not-exist': true }, () => ({ status: 404 }));
  assert.equal(allowed.outcome.success, true);
  const odd = await drop({}, () => ({ body: {} }));
  assert.match(odd.outcome.errorDescription ?? '', /does not say that model "k" was deleted/);
});
