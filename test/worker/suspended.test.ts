// A driver that is suspended and goes on: no burst, no latency that is its own, and a word about it; and nothing at
// all if it lost its place.
// Needs: time.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SuspendedFigures } from './suspended-driver.ts';

const SUSPENDED_MILLIS = 2500;
/** Every 5 ms a request is due. */
const BACKLOG = SUSPENDED_MILLIS / 5;
/** Answers come so late that at each moment some requests are under way. */
const ANSWER_MILLIS = 10;

interface Outcome {
  readonly figures: SuspendedFigures;
  /** Requests that the target saw in all, and in the first 200 ms after the driver went on. */
  readonly seen: number;
  readonly seenAfter: number;
  /** Wall times in ms at which it was stopped and continued. */
  readonly stopped: number;
  readonly continued: number;
}

/** Runs the driver, and suspends it after its 200th request. */
async function suspend(lease: string): Promise<Outcome> {
  let seen = 0;
  let onMany = (): void => {};
  const many = new Promise<void>((resolve) => {
    onMany = resolve;
  });
  const server = createServer((request, response) => {
    if (++seen === 200) onMany();
    request.resume();
    setTimeout(() => response.writeHead(200, { 'content-length': 2 }).end('{}'), ANSWER_MILLIS);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const driver = spawn(
    process.execPath,
    [fileURLToPath(new URL('./suspended-driver.js', import.meta.url)), host, lease],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const output = text(driver.stdout);
    await many;
    driver.kill('SIGSTOP');
    const stopped = Date.now();
    await sleep(SUSPENDED_MILLIS);
    const before = seen;
    const continued = Date.now();
    driver.kill('SIGCONT');
    await sleep(200);
    const seenAfter = seen - before;
    const figures: SuspendedFigures = JSON.parse(await output);
    return { figures, seen, seenAfter, stopped, continued };
  } finally {
    driver.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  }
}

test('what became overdue meanwhile is not sent at once, nor measured, and the standstill is reported', async () => {
  const { figures, seen, seenAfter, stopped, continued } = await suspend('');
  assert.equal(figures.error, null);
  assert.equal(figures.requests, seen);
  assert.ok(seenAfter < BACKLOG / 2, `${seenAfter} requests in 200 ms`);
  assert.ok(
    Math.max(...figures.worst) < SUSPENDED_MILLIS - 500,
    `latency and service time up to ${figures.worst.join(' and ')} ms`,
  );
  const underWay = figures.requests - figures.samples;
  assert.ok(underWay <= 4, `${underWay} requests without a sample`);
  const longest = figures.standstills.toSorted((left, right) => right.to - right.from - (left.to - left.from))[0];
  assert.ok(
    longest !== undefined && longest.from <= stopped + 50 && longest.to >= continued,
    JSON.stringify({ longest, stopped, continued }),
  );
});

test('a thread that stood still for longer than its lease sends nothing more', async () => {
  const { figures, seen, seenAfter } = await suspend('2000');
  assert.match(figures.error ?? '', /^Worker 0 stood still for \d\.\d s/);
  assert.equal(seenAfter, 0);
  assert.equal(figures.requests, seen);
  assert.ok(figures.standstills.length > 0);
});
