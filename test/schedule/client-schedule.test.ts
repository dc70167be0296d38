import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientSchedule } from '../../src/schedule/client-schedule.ts';
import { type LoopSettings, loopControl, rampUpWait } from '../../src/schedule/loop-control.ts';
import { Pacer } from '../../src/schedule/pacer.ts';
import { millis, seconds } from '../../src/units.ts';

const none: LoopSettings = {
  clients: 1,
  iterations: null,
  warmupIterations: null,
  timePeriod: null,
  warmupTimePeriod: null,
  rampUpTimePeriod: null,
  rampDownTimePeriod: null,
};

interface Load {
  readonly task: LoopSettings;
  /** In ops/s; `null` = unthrottled. */
  readonly rate: number | null;
  readonly kind: 'deterministic' | 'poisson';
}

/** Uniform numbers that two schedules can both have. */
function randomOf(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
}

function pacerOf({ task, rate, kind }: Load, client: number): Pacer {
  return new Pacer({
    target: rate === null ? null : { value: rate, unit: 'ops' },
    clients: task.clients,
    kind,
    expected: { weight: 1, unit: 'ops' },
    phase: client / task.clients,
    random: randomOf(client),
  });
}

interface Sent {
  readonly intended: number;
  readonly start: number;
  readonly type: string;
}

interface Played {
  readonly sent: readonly Sent[];
  readonly unsent: number;
  /** When the client ended. */
  readonly end: number;
}

/** Plays one client whose requests take so many ms each. */
function play(load: Load, client: number, serviceTime: number): Played {
  const { task } = load;
  const control = loopControl(task, client, false);
  const schedule = new ClientSchedule(control, pacerOf(load, client), rampUpWait(task, client, task.clients));
  const sent: Sent[] = [];
  let now = schedule.begin as number;
  for (;;) {
    const next = schedule.next(millis(now));
    if (next === 'end') break;
    if (next === 'wait') {
      now = Math.max(now, schedule.end);
      break;
    }
    const start = Number.isNaN(schedule.intended) ? now : Math.max(now, schedule.intended);
    sent.push({ intended: schedule.intended, start, type: schedule.sampleType });
    now = start + serviceTime;
    schedule.after(1, 'ops', millis(now));
  }
  return { sent, unsent: schedule.unsent, end: now };
}

/** The intended times of a client before its end, from a pacer alone. */
function intendedTimes(load: Load, client: number): readonly number[] {
  const { end } = loopControl(load.task, client, false);
  const pacer = pacerOf(load, client);
  const wait = rampUpWait(load.task, client, load.task.clients);
  const times: number[] = [];
  for (let time = wait + pacer.next(); time < end - 1e-6; time = wait + pacer.next()) times.push(time);
  return times;
}

const clientsOf = ({ task }: Load): readonly number[] => Array.from({ length: task.clients }, (_, client) => client);
const oneOf = (task: Partial<LoopSettings>, rate: number | null): Load => ({
  task: { ...none, ...task },
  rate,
  kind: 'deterministic',
});

test('a hundred clients that share 5 requests/s send 25 in 5 s, and end together', () => {
  const load = oneOf({ clients: 100, timePeriod: seconds(5) }, 5);
  const played = clientsOf(load).map((client) => play(load, client, 1));
  assert.equal(
    played.reduce((sum, { sent }) => sum + sent.length, 0),
    25,
  );
  assert.ok(played.every(({ end, unsent }) => end === 5000 && unsent === 0));
});

test('a request is warm-up if it is due before the end of the warm-up, whenever it is sent', () => {
  const load = oneOf({ warmupTimePeriod: seconds(0.3), timePeriod: seconds(1) }, 10);
  // Each takes a quarter of a second, so from the second one on all are late.
  assert.deepEqual(
    play(load, 0, 250).sent.map(({ intended, start, type }) => [Math.round(intended), start, type]),
    [
      [0, 0, 'warmup'],
      [100, 250, 'warmup'],
      [200, 500, 'warmup'],
      [300, 750, 'normal'],
      [400, 1000, 'normal'],
      [500, 1250, 'normal'],
    ],
  );
});

test('a client that is late sends nothing after its end, and says how many it still had to send', () => {
  const { sent, unsent, end } = play(oneOf({ timePeriod: seconds(5) }, 100), 0, 700);
  assert.deepEqual([sent.length, unsent, end], [8, 492, 5600]);
});

test('an unthrottled client decides when it sends, and ends with its last answer', () => {
  const { sent, unsent, end } = play(oneOf({ warmupTimePeriod: seconds(0.3), timePeriod: seconds(1) }, null), 0, 250);
  assert.deepEqual(
    sent.map(({ start, type }) => [start, type]),
    [
      [0, 'warmup'],
      [250, 'warmup'],
      [500, 'normal'],
      [750, 'normal'],
      [1000, 'normal'],
      [1250, 'normal'],
    ],
  );
  assert.deepEqual([unsent, end], [0, 1500]);
});

test('a ramp-up that is longer than the task sends nothing and ends with the task', () => {
  const load = oneOf({ clients: 4, timePeriod: seconds(2), rampUpTimePeriod: seconds(20) }, 100);
  assert.deepEqual(
    clientsOf(load).map((client) => [play(load, client, 1).sent.length > 0, play(load, client, 1).unsent]),
    [
      [true, 0],
      [false, 0],
      [false, 0],
      [false, 0],
    ],
  );
  assert.equal(play(load, 3, 1).end, 2000);
});

test('iterations are sent however long they take', () => {
  const { sent, unsent } = play(oneOf({ iterations: 5 }, 100), 0, 700);
  assert.deepEqual([sent.length, unsent], [5, 0]);
});

test('data that had to be read makes a request late, and an unthrottled one due later', () => {
  const settings = { ...none, warmupTimePeriod: seconds(1), timePeriod: seconds(1) };
  const throttled = new ClientSchedule(loopControl(settings, 0, false), pacerOf(oneOf(settings, 2), 0), millis(0));
  assert.equal(throttled.next(millis(0)), 'request');
  assert.deepEqual([throttled.again(millis(1500)), throttled.sampleType], ['request', 'warmup']);
  // The one that was asked for, and those of 0.5, 1 and 1.5 s.
  assert.deepEqual([throttled.again(millis(2000)), throttled.unsent], ['end', 4]);
  const free = new ClientSchedule(loopControl(settings, 0, false), pacerOf(oneOf(settings, null), 0), millis(0));
  assert.equal(free.next(millis(0)), 'request');
  assert.deepEqual([free.again(millis(1500)), free.sampleType], ['request', 'normal']);
  assert.deepEqual([free.again(millis(2000)), free.unsent], ['end', 0]);
});

const load: fc.Arbitrary<Load> = fc
  .record({
    clients: fc.integer({ min: 1, max: 20 }),
    warmup: fc.option(fc.integer({ min: 0, max: 30 })),
    period: fc.integer({ min: 1, max: 50 }),
    rampUp: fc.option(fc.integer({ min: 0, max: 60 })),
    rampDown: fc.option(fc.integer({ min: 0, max: 30 })),
    rate: fc.integer({ min: 1, max: 400 }),
    kind: fc.constantFrom<Load['kind']>('deterministic', 'poisson'),
  })
  .map(({ clients, warmup, period, rampUp, rampDown, rate, kind }) => ({
    task: {
      ...none,
      clients,
      warmupTimePeriod: warmup === null ? null : seconds(warmup / 10),
      timePeriod: seconds(period / 10),
      rampUpTimePeriod: rampUp === null ? null : seconds(rampUp / 10),
      rampDownTimePeriod: rampDown === null ? null : seconds(rampDown / 10),
    },
    rate: rate / 2,
    kind,
  }));

test('law: a fast target gets every request that is due before the end, and none that is due later', () => {
  fc.assert(
    fc.property(load, (any) => {
      for (const client of clientsOf(any)) {
        const { sent, unsent, end } = play(any, client, 0);
        const due = intendedTimes(any, client);
        assert.equal(sent.length, due.length);
        assert.equal(unsent, 0);
        assert.ok(sent.every(({ intended }, index) => Math.abs(intended - (due[index] ?? 0)) < 1e-6));
        assert.equal(end, loopControl(any.task, client, false).end);
        const warmup = 1000 * (any.task.warmupTimePeriod ?? 0);
        assert.ok(sent.every(({ intended, type }) => type === (intended < warmup - 1e-6 ? 'warmup' : 'normal')));
      }
    }),
  );
});

test('law: sent and unsent are what was due before the end, however slow the target', () => {
  fc.assert(
    fc.property(
      load.filter(({ kind }) => kind === 'deterministic'),
      fc.integer({ min: 0, max: 3000 }),
      (any, serviceTime) => {
        for (const client of clientsOf(any)) {
          const { sent, unsent, end } = play(any, client, serviceTime);
          const limit = loopControl(any.task, client, false).end;
          assert.equal(sent.length + unsent, intendedTimes(any, client).length);
          assert.ok(sent.every(({ intended }) => intended < limit));
          // Late by one answer at most.
          assert.ok(end >= limit && end <= limit + serviceTime + 1e-6);
        }
      },
    ),
  );
});
