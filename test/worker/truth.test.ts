// What is reported equals what the target saw, request for request, however the target misbehaves.
// Needs: time.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { TaskResults } from '../../src/metrics/results.ts';
import { seconds } from '../../src/units.ts';
import { drive, type LoadSettings } from '../support/load.ts';
import { task } from '../support/small-model.ts';

const ANSWER = JSON.stringify({ took: 3, timed_out: false, hits: { total: { value: 1, relation: 'eq' }, hits: [] } });

type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

const plain: Behaviour = (_request, response) =>
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length }).end(ANSWER);
const chunked: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(ANSWER.slice(0, 10));
  setImmediate(() => response.end(ANSWER.slice(10)));
};
const compressed: Behaviour = (_request, response) =>
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(ANSWER));
const closing: Behaviour = (_request, response) => response.writeHead(200, { connection: 'close' }).end(ANSWER);
const refusing: Behaviour = (_request, response) =>
  response.writeHead(429).end(JSON.stringify({ error: { type: 'rejected', reason: 'queue is full' } }));
const dropping: Behaviour = (request) => request.socket.destroy();
const cutting: Behaviour = (request, response) => {
  response.writeHead(200, { 'content-length': ANSWER.length });
  response.write(ANSWER.slice(0, 20));
  setImmediate(() => request.socket.destroy());
};

interface Target {
  readonly server: Server;
  readonly host: string;
  readonly seen: Map<Behaviour, number>;
}

/** A server that takes the behaviours in turn, request by request. */
async function startTarget(behaviours: readonly Behaviour[]): Promise<Target> {
  const seen = new Map<Behaviour, number>(behaviours.map((behaviour) => [behaviour, 0]));
  let count = 0;
  const server = createServer((request, response) => {
    const behaviour = behaviours[count++ % behaviours.length] ?? plain;
    seen.set(behaviour, (seen.get(behaviour) ?? 0) + 1);
    request.resume();
    request.on('end', () => behaviour(request, response));
  });
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const total = (target: Target, ...behaviours: readonly Behaviour[]): number =>
  behaviours.reduce((sum, behaviour) => sum + (target.seen.get(behaviour) ?? 0), 0);

async function withTarget(behaviours: readonly Behaviour[], use: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget(behaviours);
  try {
    await use(target);
  } finally {
    target.server.closeAllConnections();
    target.server.close();
  }
}

async function search(settings: Omit<LoadSettings, 'schedule'>, how: Parameters<typeof task>[3]): Promise<TaskResults> {
  const { tasks, error } = await drive({
    ...settings,
    schedule: [task('find', 'search', { index: 'idx', body: { query: { match_all: {} } } }, how)],
  });
  assert.equal(error, null);
  const results = tasks.get('find');
  assert.ok(results !== undefined);
  return results;
}

const errorCounts = (results: TaskResults): Readonly<Record<string, number>> =>
  Object.fromEntries(results.errors.map(({ kind, count }) => [kind, count]));

test('a target that chunks, compresses, closes, refuses, drops and cuts off', async () => {
  const all = [plain, chunked, refusing, compressed, dropping, closing, cutting];
  await withTarget(all, async (target) => {
    const results = await search(
      { targetHosts: target.host, cores: 2 },
      { clients: 8, warmupIterations: 20, iterations: 100 },
    );
    assert.equal(results.requests, total(target, ...all));
    assert.equal(results.requests - results.repeats, 8 * 120);
    assert.ok(results.repeats > 0 && results.repeats <= total(target, dropping), String(results.repeats));
    assert.equal(results.failedRequests, total(target, refusing, dropping, cutting));
    assert.equal(results.samples, 8 * 100);
    assert.equal(results.retries, 0);
    assert.deepEqual(errorCounts(results), {
      'HTTP 429': total(target, refusing),
      'connection lost': total(target, dropping, cutting) - results.repeats,
    });
  });
});

test('a target that closes after every answer', async () => {
  await withTarget([closing], async (target) => {
    const results = await search({ targetHosts: target.host }, { clients: 4, iterations: 50 });
    assert.equal(results.requests, 200);
    assert.equal(results.failedRequests, 0);
    assert.equal(total(target, closing), 200);
  });
});

test('repeats happen only when they were asked for, and are counted', async () => {
  await withTarget([refusing, plain, dropping, plain], async (target) => {
    const results = await search(
      {
        targetHosts: target.host,
        clientOptions: 'timeout:10,max_retries:1,retry_on_status:429,repeat_on_stale_connection:false',
      },
      { clients: 1, iterations: 40 },
    );
    assert.equal(results.requests, 80);
    assert.equal(results.requests, total(target, refusing, plain, dropping));
    assert.equal(results.retries, 40);
    assert.equal(results.failedRequests, 40);
    assert.equal(results.errorRate, 0);
    assert.equal(results.samples, 40);
  });
});

test('an answer that an operation of several requests cannot read is a failed request', async () => {
  let pages = 0;
  let unreadable = 0;
  const every: Behaviour = (request, response) => {
    const isPage = request.url?.startsWith('/idx/_search') === true;
    if (isPage && ++pages % 3 === 0) {
      unreadable++;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
    } else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"_scroll_id":"s","took":1,"hits":{"total":5,"hits":[{}]}}');
  };
  await withTarget([every], async (target) => {
    const params = { index: 'idx', pages: 2, 'results-per-page': 1, body: {} };
    const schedule = [task('page', 'scroll-search', params, { clients: 1, iterations: 10 })];
    const { tasks, endpoints } = await drive({ targetHosts: target.host, schedule });
    const results = tasks.get('page');
    assert.deepEqual([pages, unreadable, results?.errorRate], [10, 3, 0.3]);
    assert.deepEqual([results?.requests, results?.failedRequests], [total(target, every), unreadable]);
    assert.deepEqual([endpoints[0]?.requests, endpoints[0]?.errors], [total(target, every), unreadable]);
  });
});

test('a request without an answer in time is a failed one', async () => {
  const silent: Behaviour = () => {};
  await withTarget([plain, silent], async (target) => {
    const results = await search(
      { targetHosts: target.host, clientOptions: 'timeout:1' },
      { clients: 2, iterations: 2 },
    );
    assert.equal(results.requests, total(target, plain, silent));
    assert.deepEqual(errorCounts(results), { timeout: total(target, silent) });
  });
});

test('requests that were under way when the run was cancelled are counted, but give no samples', async () => {
  const slow: Behaviour = (request, response) => setTimeout(() => plain(request, response), 200);
  await withTarget([slow], async (target) => {
    let cancelled = false;
    const begin = performance.now();
    const { tasks } = await drive({
      targetHosts: target.host,
      schedule: [task('find', 'search', { index: 'idx', body: {} }, { clients: 4, timePeriod: seconds(60) })],
      onReport: (_report, cancel) => {
        if (!cancelled) cancel();
        cancelled = true;
      },
    });
    const results = tasks.get('find');
    assert.ok(performance.now() - begin < 3000);
    assert.equal(results?.requests, total(target, slow));
    assert.ok((results?.samples ?? 0) < (results?.requests ?? 0));
  });
});

test('the first failed request ends the run if that was asked for', async () => {
  await withTarget([plain, plain, refusing], async (target) => {
    const { tasks, error } = await drive({
      targetHosts: target.host,
      onError: 'abort',
      schedule: [task('find', 'search', { index: 'idx', body: {} }, { iterations: 1000 })],
    });
    assert.match(String(error), /Task "find" failed.*HTTP 429/s);
    assert.equal(tasks.get('find')?.requests, 3);
  });
});

test('a target that accepts nobody ends the run after ten seconds', async () => {
  const target = await startTarget([plain]);
  target.server.closeAllConnections();
  target.server.close();
  await once(target.server, 'close');
  const begin = performance.now();
  const { error } = await drive({
    targetHosts: target.host,
    schedule: [task('find', 'search', { index: 'idx', body: {} }, { iterations: 10 })],
  });
  const waited = performance.now() - begin;
  assert.match(String(error), /accepted no connection for 10 s/);
  assert.ok(waited > 9_500 && waited < 13_000, `${waited} ms`);
});
