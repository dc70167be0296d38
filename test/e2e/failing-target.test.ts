// Targets that misbehave while the load runs: what is reported is what the target saw, request for request.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertClean, assertFailure, type Home, taskOf, temporaryHome } from './benchmark-process.ts';
import { type FakeOpenSearch, sendJson, startFakeOpenSearch } from './fake-opensearch.ts';
import { workloadJson } from './small-workloads.ts';

const search = (more: Readonly<Record<string, unknown>>): string =>
  workloadJson({
    schedule: [
      {
        name: 'find',
        operation: { name: 'find', 'operation-type': 'search', index: 'e2e', body: { size: 1 } },
        ...more,
      },
    ],
  });

const found = {
  took: 1,
  timed_out: false,
  hits: { total: { value: 1, relation: 'eq' }, hits: [{ _id: 'x'.repeat(3000) }] },
};

function words(home: Home, target: FakeOpenSearch, workload: string, ...more: readonly string[]): readonly string[] {
  const path = home.workload('w', { 'workload.json': workload });
  return ['run', `--workload-path=${path}`, `--target-hosts=${target.host}`, ...more];
}

describe('a target that', { concurrency: 3 }, () => {
  test('drops, refuses, chunks, compresses and closes has its requests counted one by one', async (context) => {
    const home = temporaryHome(context);
    const seen = { dropped: 0, refused: 0, broken: 0, chunked: 0, compressed: 0, closed: 0, plain: 0 };
    let count = 0;
    const target = await startFakeOpenSearch((request, response) => {
      if (!(request.url ?? '').startsWith('/e2e/_search')) return false;
      switch (count++ % 10) {
        case 0:
          seen.dropped++;
          request.socket.destroy();
          break;
        case 1:
        case 2:
          seen.refused++;
          sendJson(response, 429, {
            error: { type: 'rejected_execution_exception', reason: `queue is full, ${count}` },
            status: 429,
          });
          break;
        case 3:
          seen.broken++;
          sendJson(response, 503, { error: 'unavailable' });
          break;
        case 4:
          seen.chunked++;
          response.writeHead(200, { 'content-type': 'application/json' });
          response.write(JSON.stringify(found).slice(0, 100));
          setImmediate(() => response.end(JSON.stringify(found).slice(100)));
          break;
        case 5:
          seen.compressed++;
          response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
          response.end(gzipSync(JSON.stringify(found)));
          break;
        case 6:
          seen.closed++;
          response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
          response.end(JSON.stringify(found));
          break;
        default:
          seen.plain++;
          sendJson(response, 200, found);
      }
      return true;
    });
    context.after(() => target.close());
    const ended = await home.run(words(home, target, search({ clients: 6, 'warmup-iterations': 20, iterations: 80 })));
    assert.equal(ended.code, 0, ended.stderr);
    const {
      requests,
      errors,
      samples,
      error_rate: rate,
      error_kinds: kinds,
      retries,
      repeats,
    } = taskOf(home.testRun(), 'find');
    assert.equal(requests, count, 'the target saw as many');
    assert.equal(requests - repeats, 600);
    assert.ok(repeats > 0 && repeats <= seen.dropped, String(repeats));
    assert.equal(errors, seen.dropped + seen.refused + seen.broken);
    assert.deepEqual([samples, retries], [480, 0]);
    assert.ok(rate > 0.3 && rate < 0.5, String(rate));
    const byKind = Object.fromEntries(
      (kinds as readonly { kind: string; count: number }[]).map((entry) => [entry.kind, entry.count]),
    );
    assert.deepEqual(byKind, {
      'HTTP 429': seen.refused,
      'HTTP 503': seen.broken,
      'connection lost': seen.dropped - repeats,
    });
    // Counted per kind, not printed per request.
    assert.equal(ended.stdout.match(new RegExp(`HTTP 429 +${seen.refused} `, 'g'))?.length, 1, ended.stdout);
  });

  test('is gone for good ends the run within seconds and keeps what was measured', async (context) => {
    const home = temporaryHome(context);
    const target = await startFakeOpenSearch();
    const run = home.start(words(home, target, search({ clients: 4, 'target-throughput': 100, 'time-period': 120 })));
    context.after(() => void run.child.kill('SIGKILL'));
    await run.printed(/Running find/);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await target.close();
    const start = performance.now();
    const ended = await run.ended;
    assertFailure(ended, 'TARGET_UNREACHABLE', new RegExp(target.host.replaceAll('.', '\\.')));
    const took = performance.now() - start;
    assert.ok(took > 8000 && took < 16_000, `${took} ms`);
    assert.match(ended.stdout, /\[WARNING\] The results are incomplete/);
    assert.equal(home.testRun().results?.partial, true);
    assert.ok(taskOf(home.testRun(), 'find').requests > 50);
  });

  test('fails a request ends the run at once with --on-error=abort', async (context) => {
    const home = temporaryHome(context);
    let count = 0;
    const target = await startFakeOpenSearch((request, response) => {
      if (!(request.url ?? '').startsWith('/e2e/_search')) return false;
      sendJson(
        response,
        ++count <= 10 ? 200 : 500,
        count <= 10 ? found : { error: { type: 'boom', reason: 'it broke' } },
      );
      return true;
    });
    context.after(() => target.close());
    const ended = await home.run(words(home, target, search({ iterations: 1000 }), '--on-error=abort'));
    assertFailure(ended, 'OPERATION_FAILED', /find/);
    assert.match(ended.stderr, /HTTP 500.*it broke/s);
    assert.equal(count, 11);
    assert.equal(taskOf(home.testRun(), 'find').requests, 11);
  });

  for (const order of ['first', 'last']) {
    test(`has a dead host, named ${order}, is measured on the other one, and the dead one is named`, async (context) => {
      const home = temporaryHome(context);
      let seen = 0;
      const alive = await startFakeOpenSearch((request, response) => {
        if (!(request.url ?? '').startsWith('/e2e/_search')) return false;
        seen++;
        sendJson(response, 200, found);
        return true;
      });
      context.after(() => alive.close());
      const dead = await startFakeOpenSearch();
      await dead.close();
      const targets = order === 'first' ? `${dead.host},${alive.host}` : `${alive.host},${dead.host}`;
      const path = home.workload('w', {
        'workload.json': search({ clients: 2, 'target-throughput': 20, 'time-period': 3 }),
      });
      const ended = await home.run(['run', `--workload-path=${path}`, `--target-hosts=${targets}`]);
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(
        ended.stdout,
        new RegExp(
          `${dead.host} answers no request since .* UTC: ${dead.host} refused .* Its share goes to the other hosts`,
        ),
      );
      assert.match(
        ended.stdout,
        new RegExp(`\\[WARNING\\] ${dead.host} answered no request from .* to the end of the run: its share went`),
      );
      assert.doesNotMatch(ended.stdout, new RegExp(`${alive.host} answer`));
      assert.deepEqual([taskOf(home.testRun(), 'find').requests, taskOf(home.testRun(), 'find').error_rate], [seen, 0]);
      const [one, two] = (home.testRun().results?.endpoints ?? []).toSorted((left) =>
        left.endpoint === alive.host ? -1 : 1,
      );
      assert.deepEqual([one?.endpoint, one?.requests, one?.connection_failures], [alive.host, seen, 0]);
      assert.deepEqual([two?.endpoint, two?.requests, two?.errors], [dead.host, 0, 0]);
      assert.ok((two?.connection_failures ?? 0) > 2);
    });
  }

  test('has a dead host ends the run with --on-error=abort, with that host in the message and no other', async (context) => {
    const home = temporaryHome(context);
    const alive = await startFakeOpenSearch();
    context.after(() => alive.close());
    const dead = await startFakeOpenSearch();
    await dead.close();
    const path = home.workload('w', { 'workload.json': search({ iterations: 10_000, 'target-throughput': 20 }) });
    const ended = await home.run([
      'run',
      `--workload-path=${path}`,
      `--target-hosts=${alive.host},${dead.host}`,
      '--on-error=abort',
    ]);
    assertFailure(ended, 'TARGET_UNREACHABLE', new RegExp(`${dead.host} refused the connection`));
    assert.match(ended.stderr, /--on-error=abort/);
    assert.doesNotMatch(ended.stderr, new RegExp(alive.host));
  });

  test('answers too late has its requests counted as timeouts', async (context) => {
    const home = temporaryHome(context);
    let count = 0;
    const target = await startFakeOpenSearch((request, response) => {
      if (!(request.url ?? '').startsWith('/e2e/_search')) return false;
      if (++count % 2 === 0) sendJson(response, 200, found);
      return true;
    });
    context.after(() => target.close());
    const ended = await home.run(words(home, target, search({ iterations: 4 }), '--client-options=timeout:1'));
    assert.equal(ended.code, 0, ended.stderr);
    const { requests, errors } = taskOf(home.testRun(), 'find');
    assert.deepEqual([requests, errors, count], [4, 2, 4]);
    assert.match(ended.stdout, /timeout +2 /);
    assertClean(ended);
  });
});
