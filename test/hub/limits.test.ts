// Limits without a server: how often, how much memory, how many lines.
// Needs: time.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { OutsiderLog } from '../../src/hub/outsider-log.ts';
import { TokenBucket, TokenBuckets } from '../../src/hub/rate-limit.ts';
import { RegistrationGate } from '../../src/hub/registration-gate.ts';
import { addressClass } from '../../src/nats/addresses.ts';

describe('a token bucket', () => {
  it('never lets more through than its burst and what has come in since', () => {
    const step = fc.record({ wait: fc.nat(5000), cost: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(step),
        (burst, perSecond, steps) => {
          const bucket = new TokenBucket({ burst, perSecond }, 0);
          let [now, taken] = [0, 0];
          for (const { wait, cost } of steps) {
            now += wait;
            if (bucket.take(now, cost)) taken += cost;
            assert.ok(taken <= burst + (now / 1000) * perSecond + 1e-6);
          }
        },
      ),
    );
  });

  it('per key is remembered for the keys that were used last', () => {
    const buckets = new TokenBuckets(3);
    const once = { burst: 1, perSecond: 0.001 };
    for (const key of ['a', 'b', 'c', 'a', 'd']) buckets.take(key, once, 0);
    assert.equal(buckets.size, 3);
    assert.deepEqual(
      ['a', 'c', 'd', 'b'].map((key) => buckets.take(key, once, 0)),
      [false, false, false, true],
    );
  });
});

describe('the class of an address', () => {
  it('is an IPv4 address, or the network of an IPv6 address', () => {
    const cases = {
      '10.0.0.1': '10.0.0.1',
      '::ffff:10.0.0.1': '10.0.0.1',
      '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
      '2001:db8:1:2::9': '2001:db8:1:2::/64',
      '2001:0db8:0001::': '2001:db8:1:0::/64',
      '::1': '0:0:0:0::/64',
      'fe80::1%eth0': 'fe80:0:0:0::/64',
    };
    for (const [address, expected] of Object.entries(cases)) assert.equal(addressClass(address), expected);
  });
});

describe('registrations', () => {
  const isTrusted = (host: string): boolean => host.startsWith('127.');

  it('of nodes that are registered are read whatever strangers do, at their own pace', () => {
    let now = 0;
    const gate = new RegistrationGate({ isTrusted, now: () => now });
    for (let second = 0; second < 60; second++) {
      let served = 0;
      for (let index = 0; index < 5000; index++)
        if (gate.admits(`id-${second}-${index}`, `10.0.${index % 250}.${index % 13}`, false)) served++;
      assert.ok(served <= (second === 0 ? 1000 : 200), `${served}`);
      assert.ok(gate.admits('honest', '10.0.0.1', true));
      now += 1000;
    }
  });

  it('of a thousand nodes that start together on this machine are all read', () => {
    const gate = new RegistrationGate({ isTrusted, now: () => 0 });
    for (let index = 0; index < 1000; index++) assert.ok(gate.admits(`id-${index}`, '127.0.0.1', false));
  });

  it('of one node are few, registered or not', () => {
    const gate = new RegistrationGate({ isTrusted, now: () => 0 });
    assert.equal(Array.from({ length: 1000 }, () => gate.admits('id', '127.0.0.1', true)).filter(Boolean).length, 20);
  });
});

describe('the log of what others do', () => {
  it('has some lines and a summary a minute, whatever happens', () => {
    let now = 0;
    const lines: string[] = [];
    const log = new OutsiderLog({ log: (_, message) => lines.push(message), now: () => now });
    for (let minute = 0; minute < 10; minute++) {
      for (let index = 0; index < 20_000; index++)
        log.tell('registration', 'WARNING', `reason ${index}`, `10.0.${index % 250}.${index % 13}`);
      for (let index = 0; index < 20_000; index++) log.count('connection', '10.0.0.7');
      now += 60_000;
      log.sweep();
      log.sweep();
    }
    assert.ok(lines.length < 10 * 10 + 40, `${lines.length}`);
    assert.equal(
      lines.filter((line) => line === 'In the last minute 20000 more connections were refused, from 10.0.0.7.').length,
      10,
    );
    const untold = lines.filter((line) => line.startsWith('reason')).length;
    const counted = lines
      .flatMap((line) => /minute (\d+) more registrations/.exec(line)?.[1] ?? [])
      .reduce((sum, count) => sum + Number(count), 0);
    assert.equal(untold + counted, 200_000);
  });

  it('repeats nothing within a minute', () => {
    let now = 0;
    const lines: string[] = [];
    const log = new OutsiderLog({ log: (_, message) => lines.push(message), now: () => now });
    for (let index = 0; index < 3; index++) log.tell('connection', 'WARNING', 'refused', '10.0.0.1');
    now += 60_000;
    log.sweep();
    log.tell('connection', 'WARNING', 'refused', '10.0.0.1');
    assert.deepEqual(lines, [
      'refused',
      'In the last minute 2 more connections were refused, from 10.0.0.1.',
      'refused',
    ]);
  });
});
