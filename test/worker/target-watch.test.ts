// When a load thread gives its target up, with a clock that is moved by hand.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BenchmarkError } from '../../src/errors.ts';
import type { WireFailure, WirePhase } from '../../src/transport/wire.ts';
import type { EndpointWatch } from '../../src/worker/endpoint-watch.ts';
import { TargetWatch } from '../../src/worker/target-watch.ts';

const refused = (phase: WirePhase = 'opening'): WireFailure => ({
  kind: 'refused',
  message: 'h:1 refused the connection',
  phase,
});

class Scene {
  time = 0;
  readonly errors: BenchmarkError[] = [];
  readonly watch: TargetWatch;
  readonly first: EndpointWatch;

  constructor(endpoints = 1, aborts = false) {
    this.watch = new TargetWatch(
      { endpoints, hint: 'Look at it.' },
      aborts,
      (error) => this.errors.push(error),
      () => this.time,
    );
    const [first] = this.watch.endpoints;
    assert.ok(first !== undefined);
    this.first = first;
  }

  /** A request fails at `time` because no connection can be opened. */
  suffer(time: number): void {
    this.time = time;
    this.watch.connectionFailed(this.first, refused());
    this.watch.requestSuffered();
    this.watch.check(false);
  }

  answer(time: number): void {
    this.time = time;
    this.first.opened();
    this.watch.answered(this.first);
  }
}

describe('TargetWatch', () => {
  test('requests that fail for more than ten seconds without an answer end the run', () => {
    const scene = new Scene();
    for (let time = 14_000; time <= 24_000; time += 1000) scene.suffer(time);
    assert.equal(scene.errors.length, 0);
    scene.suffer(24_001);
    assert.deepEqual([scene.errors.length, scene.errors[0]?.code], [1, 'TARGET_UNREACHABLE']);
    assert.match(String(scene.errors[0]?.message), /answered no request for 10 s: h:1 refused the connection/);
  });

  test('a blip ends nothing, however long ago the last connection was opened', () => {
    const scene = new Scene();
    scene.answer(0);
    scene.suffer(14_000);
    scene.suffer(15_000);
    scene.answer(15_100);
    scene.suffer(29_000);
    assert.equal(scene.errors.length, 0);
  });

  test('connections that fail while nobody waits for them end nothing', () => {
    const scene = new Scene();
    scene.answer(0);
    for (scene.time = 1000; scene.time < 60_000; scene.time += 1000) {
      scene.watch.connectionFailed(scene.first, refused());
      scene.watch.check(false);
    }
    assert.equal(scene.errors.length, 0);
  });

  test('a request that goes on waiting counts as one that fails', () => {
    const scene = new Scene();
    scene.suffer(1000);
    scene.time = 11_001;
    scene.watch.check(true);
    assert.equal(scene.errors.length, 1);
  });

  test('before a step: ten seconds without progress after a failure', () => {
    const scene = new Scene();
    scene.watch.beginOpening();
    scene.time = 20_000;
    scene.watch.check(false);
    scene.watch.connectionFailed(scene.first, refused());
    scene.time = 29_000;
    scene.watch.madeProgress();
    scene.watch.connectionFailed(scene.first, refused());
    scene.time = 39_000;
    scene.watch.check(false);
    assert.equal(scene.errors.length, 0);
    scene.time = 39_001;
    scene.watch.check(false);
    assert.match(String(scene.errors[0]?.message), /accepted no connection for 10 s/);
  });

  test('what cannot get better ends the run at once', () => {
    const scene = new Scene();
    scene.watch.connectionFailed(scene.first, {
      kind: 'tls',
      message: 'its certificate has expired',
      phase: 'opening',
    });
    assert.deepEqual([scene.errors[0]?.code, scene.errors[0]?.message], ['TLS', 'its certificate has expired']);
  });

  test('one dead host of several ends the run only if the first error shall', () => {
    for (const aborts of [false, true]) {
      const scene = new Scene(2, aborts);
      scene.watch.connectionFailed(scene.first, refused('idle'));
      scene.watch.check(false);
      assert.equal(scene.errors.length, 0, 'a lost connection is no dead host');
      scene.watch.connectionFailed(scene.first, refused());
      scene.watch.check(false);
      assert.equal(scene.errors[0]?.message, aborts ? 'h:1 refused the connection.' : undefined);
    }
  });

  test('what failed before the host took connections again is no part of a later outage', () => {
    const scene = new Scene();
    scene.time = 1000;
    scene.watch.connectionFailed(scene.first, refused());
    scene.time = 2000;
    scene.first.opened();
    scene.first.openConnections--;
    scene.time = 60_000;
    scene.watch.connectionFailed(scene.first, refused());
    scene.time = 60_500;
    assert.equal(scene.watch.drain()[0]?.downMillis, 500);
  });

  test('an outage lasts from the first failure to the next answer', () => {
    const scene = new Scene();
    scene.time = 1000;
    scene.watch.connectionFailed(scene.first, refused('unanswered'));
    assert.equal(scene.watch.drain()[0]?.downMillis, null);
    scene.time = 2500;
    scene.watch.connectionFailed(scene.first, refused());
    assert.deepEqual(scene.watch.drain(), [
      {
        requests: 0,
        failedRequests: 0,
        connections: 0,
        connectionFailures: 1,
        downMillis: 1500,
        downReason: 'h:1 refused the connection',
      },
    ]);
    scene.answer(3000);
    assert.deepEqual(scene.watch.drain(), [
      { requests: 0, failedRequests: 0, connections: 1, connectionFailures: 0, downMillis: null, downReason: null },
    ]);
  });
});
