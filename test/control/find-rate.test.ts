// The search for the highest rate, against queues of known capacity in simulated time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConditions } from '../../src/control/condition.ts';
import { DriverLoad } from '../../src/control/driver-load.ts';
import { findRate, type LevelRunner } from '../../src/control/find-rate.ts';
import type { LevelObserver } from '../../src/control/level-observer.ts';
import type { RateResults } from '../../src/metrics/control-results.ts';
import { Outcome } from '../../src/operation/operation.ts';
import { randomSource } from '../../src/random.ts';
import { millis, seconds } from '../../src/units.ts';
import { TaskRecorder } from '../../src/worker/recorder.ts';

/** Every request takes so long. */
const SERVICE_MILLIS = 10;

interface Simulation {
  readonly seed: number;
  /** Servers that work side by side; each has a queue of its own. */
  readonly servers?: number;
  /** So many clients send, one request at a time each; absent = any number. */
  readonly clients?: number;
  /** Share of requests that fail from this rate on. */
  readonly failsFrom?: number;
  /** How late the driver sends from this rate on, in ms. */
  readonly lateFrom?: number;
  /** From this rate on a level cannot be run. */
  readonly endsFrom?: number;
}

/** Runs levels in simulated time: random arrivals, and a server that takes one after the other. */
class SimulatedRunner implements LevelRunner {
  readonly isCancelled = false;
  private readonly simulation: Simulation;
  private readonly random: () => number;
  private time = 0;

  constructor(simulation: Simulation) {
    this.simulation = simulation;
    this.random = randomSource(simulation.seed);
  }

  now() {
    return millis(this.time);
  }

  async run(observer: LevelObserver): Promise<DriverLoad> {
    const { rate, settling, most } = observer.plan;
    const { failsFrom = Number.POSITIVE_INFINITY, lateFrom = Number.POSITIVE_INFINITY } = this.simulation;
    if (rate >= (this.simulation.endsFrom ?? Number.POSITIVE_INFINITY)) throw new Error('a node was lost');
    const recorder = new TaskRecorder('find', true);
    const driver = new DriverLoad();
    const underWay: { arrival: number; start: number; done: number; fails: boolean }[] = [];
    /** Reports the requests that have ended by now. */
    const report = (now: number): void => {
      const ended = underWay.filter(({ done }) => done <= now);
      underWay.splice(0, underWay.length, ...underWay.filter(({ done }) => done > now));
      for (const { arrival, start, done, fails } of ended) {
        const outcome = new Outcome();
        outcome.reset();
        if (fails) outcome.fail('HTTP 429', '');
        outcome.weight = fails ? 0 : 1;
        const times = {
          intended: arrival,
          requestStart: start,
          requestEnd: done,
          processingStart: start,
          processingEnd: done,
        };
        recorder.requestSent();
        recorder.sample(arrival < 1000 * settling ? 'warmup' : 'normal', times, outcome);
      }
      observer.add(now, recorder.drain(null));
    };
    const end = 1000 * (settling + most);
    const free = Array.from({ length: this.simulation.servers ?? 1 }, () => 0);
    const clients = Array.from({ length: this.simulation.clients ?? 0 }, () => 0);
    let arrival = 0;
    let second = 1;
    for (; second * 1000 <= end; second++) {
      while (arrival < second * 1000) {
        const start = clients.length === 0 ? arrival : Math.max(arrival, Math.min(...clients));
        const server = free.indexOf(Math.min(...free));
        const done = Math.max(start, free[server] ?? 0) + SERVICE_MILLIS;
        free[server] = done;
        if (clients.length > 0) clients[clients.indexOf(Math.min(...clients))] = done;
        underWay.push({ arrival, start, done, fails: rate >= failsFrom && this.random() < 0.05 });
        arrival -= (Math.log(1 - this.random()) * 1000) / rate;
      }
      report(second * 1000);
      driver.add({
        eventLoopUtilisation: 0.1,
        sendLagP99: rate >= lateFrom ? 80 : 0.1,
        cpuMillis: 1,
        intervalMillis: 1000,
        standstills: [],
      });
      if (observer.decide(second * 1000)) break;
    }
    report(Number.MAX_VALUE);
    this.time += second * 1000;
    return driver;
  }
}

function search(
  conditions: string,
  simulation: Simulation,
  change: { readonly most?: number; readonly time?: number; readonly onFailure?: (error: unknown) => void } = {},
): Promise<RateResults> {
  return findRate(
    {
      task: 'find',
      conditions: parseConditions(conditions),
      clients: simulation.clients ?? 1000,
      time: seconds(change.time ?? 1200),
      start: 10,
      most: change.most ?? 10_000,
      isRandom: true,
      onLevel: () => undefined,
      onFailure: change.onFailure ?? (() => undefined),
    },
    new SimulatedRunner(simulation),
  );
}

/** The share of requests that wait at most so many service times, for random arrivals at one server (M/D/1). */
function waitsAtMost(load: number, services: number): number {
  let sum = 0;
  let factorial = 1;
  for (let k = 0; k <= services; k++) {
    if (k > 0) factorial *= k;
    sum += ((load * (k - services)) ** k / factorial) * Math.exp(-load * (k - services));
  }
  return (1 - load) * sum;
}

/** The rate at which the 99th percentile of latency is ten service times. */
function trueRate(): number {
  let [low, high] = [0.01, 0.999];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (waitsAtMost(middle, 9) > 0.99) low = middle;
    else high = middle;
  }
  return (low * 1000) / SERVICE_MILLIS;
}

test('the rate of a queue with a known limit lies in the interval that is found, 9 times of 10', async () => {
  const truth = trueRate();
  assert.ok(truth > 70 && truth < 95, `${truth}`);
  let inside = 0;
  for (let seed = 0; seed < 10; seed++) {
    const { rate, low, high, limitedBy } = await search('p99 latency < 100ms', { seed });
    assert.equal(limitedBy, 'cluster');
    assert.ok(rate !== null && low !== null && high !== null, `seed ${seed}: ${rate} ${low} ${high}`);
    if (low <= truth && truth <= high) inside++;
    assert.ok(Math.abs(rate - truth) / truth < 0.15, `seed ${seed}: ${rate} where ${truth} is true`);
  }
  assert.ok(inside >= 9, `${inside} of 10 intervals hold ${truth}`);
});

test('clients that are all busy, and a driver that is late, are told from a cluster at its limit', async () => {
  const clients = await search('p99 latency < 100ms', { seed: 1, servers: 50, clients: 4 });
  assert.equal(clients.limitedBy, 'clients');
  assert.ok(clients.rate !== null && clients.rate >= 160 && clients.rate < 400, `${clients.rate}`);
  assert.match(clients.explanation, /all clients were busy: 4 clients at 10 ms each send 400 requests\/s/);
  const driver = await search('p99 latency < 100ms', { seed: 1, lateFrom: 30 });
  assert.equal(driver.limitedBy, 'driver');
  assert.match(driver.explanation, /^at \d+ requests\/s the load driver was the limit: its requests left 80 ms late$/);
});

test('errors are a limit, too, and so is a backlog that grows although no condition is about times', async () => {
  const errors = await search('error rate < 1%', { seed: 2, servers: 50, failsFrom: 150 });
  assert.ok(errors.rate !== null && errors.rate >= 100 && errors.rate < 150, JSON.stringify(errors.levels));
  assert.match(errors.explanation, /error rate \d/);
  const backlog = await search('error rate < 1%', { seed: 3 });
  assert.ok(backlog.rate !== null && backlog.rate >= 75 && backlog.rate < 125, JSON.stringify(backlog.levels));
});

test('the highest rate that is tried, and the end of the time, end a search', async () => {
  const most = await search('mean service time < 1 s', { seed: 4, servers: 100 }, { most: 300 });
  assert.deepEqual([most.rate, most.limitedBy], [300, 'most']);
  const late = await search('p99 latency < 100ms', { seed: 4 }, { time: 20 });
  assert.equal(late.limitedBy, 'time');
  assert.ok(late.seconds <= 20 && late.levels.length >= 1);
});

test('a target that bears nothing is no endless search', async () => {
  const nothing = await search('p50 latency < 1ms', { seed: 5 });
  assert.deepEqual([nothing.rate, nothing.low], [null, null]);
  assert.ok(nothing.levels.length < 12);
});

test('what was found is kept when the load ends in the middle', async () => {
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  const lost = await search('p99 latency < 100ms', { seed: 6, endsFrom: 40 }, { onFailure });
  assert.deepEqual([lost.rate, lost.limitedBy, lost.levels.length], [20, 'cancelled', 2]);
  assert.equal(lost.explanation, 'the load ended: a node was lost');
  assert.equal(failures.length, 1);
});
