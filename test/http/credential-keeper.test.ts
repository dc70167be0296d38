// Credentials of a session are renewed before they end, and the old ones serve until then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { SigV4Options } from '../../src/http/client-options.ts';
import { createCredentialKeeper } from '../../src/http/credential-keeper.ts';
import { knownSecrets } from '../../src/secrets.ts';
import { epochMillis, monoMillis } from '../../src/units.ts';

const credentials = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: 's', sessionToken: null });
const options: SigV4Options = {
  source: 'session',
  region: 'r',
  service: 'es',
  credentials: credentials('old'),
  expiresAt: 1_000_000,
};

function clockAt(start: number) {
  let time = start;
  const set = (to: number): void => {
    time = to;
  };
  return { now: () => monoMillis(0), wall: () => epochMillis(time), set };
}

test('five minutes before the end, once', async () => {
  const clock = clockAt(699_999);
  let loads = 0;
  const keeper = createCredentialKeeper(options, clock, async () => {
    loads++;
    return { credentials: credentials('new'), expiresAt: 5_000_000 };
  });
  assert.deepEqual(keeper.scope(), { credentials: credentials('old'), region: 'r', service: 'es' });
  assert.equal(loads, 0);
  clock.set(700_000);
  assert.equal(keeper.scope().credentials.accessKeyId, 'old');
  assert.equal(keeper.scope().credentials.accessKeyId, 'old');
  await turn();
  assert.deepEqual([keeper.scope().credentials.accessKeyId, loads], ['new', 1]);
});

test('a renewal that fails is tried again after a while, and says why', async () => {
  const clock = clockAt(900_000);
  let loads = 0;
  const keeper = createCredentialKeeper(options, clock, async () => {
    if (++loads === 1) throw new Error('no network');
    return { credentials: credentials('new'), expiresAt: null };
  });
  keeper.scope();
  await turn();
  assert.equal(keeper.renewalProblem, 'no network');
  keeper.scope();
  assert.equal(loads, 1);
  clock.set(930_000);
  assert.equal(keeper.scope().credentials.accessKeyId, 'old');
  await turn();
  assert.deepEqual([keeper.scope().credentials.accessKeyId, keeper.renewalProblem], ['new', null]);
});

test('fixed credentials are never renewed', () => {
  const keeper = createCredentialKeeper({ ...options, source: 'client_option', expiresAt: null }, clockAt(9e12), () =>
    assert.fail('asked'),
  );
  assert.equal(keeper.scope().credentials.accessKeyId, 'old');
});

test('renewed credentials are secrets of the process', async () => {
  const fresh = { accessKeyId: 'AKIA-RENEWED', secretAccessKey: 'renewed/secret', sessionToken: 'renewed-token' };
  const keeper = createCredentialKeeper(options, clockAt(900_000), async () => ({
    credentials: fresh,
    expiresAt: null,
  }));
  keeper.scope();
  await turn();
  assert.equal(knownSecrets.mask('AKIA-RENEWED renewed%2Fsecret renewed-token'), '***** ***** *****');
});
