// The rules of the coordinator without a server: who is admitted, who is registered, which run has the fleet.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { protocolVersion } from '../../src/fleet/protocol/subjects.ts';
import { Admission, type Applicant } from '../../src/hub/admission.ts';
import { Registry } from '../../src/hub/registry.ts';
import { RunGrant } from '../../src/hub/run-grant.ts';
import { isLoopback, isOwnAddress, plainAddress, resolveAddress } from '../../src/nats/addresses.ts';
import { newNodeId } from '../../src/nats/connect.ts';
import { hello } from '../daemon/real-coordinator.ts';

let time = 0;
const now = (): number => time;
const isOwnMachine = (host: string): boolean => host.startsWith('127.');

const admission = (secret: string | null = null): Admission => new Admission({ secret, isOwnMachine, now });
const applicant = (id: string, host: string, clientId: number, more: Partial<Applicant> = {}): Applicant => ({
  user: id,
  secret: '',
  host,
  serverId: 'S1',
  clientId,
  ...more,
});

describe('admission', () => {
  it('binds an id to the address that it came from first', () => {
    const guard = admission();
    const id = newNodeId();
    assert.deepEqual(guard.judge(applicant(id, '10.0.0.1', 1)), { kind: 'admitted', id });
    assert.deepEqual(guard.judge(applicant(id, '10.0.0.2', 2)), {
      kind: 'refused',
      reason: 'its identity belongs to another address',
      isCounted: false,
    });
    assert.deepEqual(guard.judge(applicant(id, '::ffff:10.0.0.1', 3)), { kind: 'admitted', id });
    assert.equal(guard.hostOf(id), '10.0.0.1');
  });

  it('keeps the binding for a minute after the last connection', () => {
    const guard = admission();
    const id = newNodeId();
    guard.judge(applicant(id, '10.0.0.1', 1));
    guard.judge(applicant(id, '10.0.0.1', 2));
    assert.equal(guard.release({ serverId: 'S1', clientId: 1 }), null);
    assert.equal(guard.release({ serverId: 'S1', clientId: 2 }), id);
    assert.equal(guard.release({ serverId: 'S1', clientId: 2 }), null);
    assert.equal(guard.judge(applicant(id, '10.0.0.2', 3)).kind, 'refused');
    time += 60_001;
    assert.equal(guard.judge(applicant(newNodeId(), '10.0.0.3', 4)).kind, 'admitted');
    assert.equal(guard.hostOf(id), null);
  });

  it('lets a stranger have few identities and connections', () => {
    const guard = admission();
    const ids = Array.from({ length: 5 }, newNodeId);
    assert.deepEqual(
      ids.map((id, index) => guard.judge(applicant(id, '10.0.0.1', index)).kind),
      ['admitted', 'admitted', 'admitted', 'admitted', 'refused'],
    );
    assert.equal(guard.judge(applicant(newNodeId(), '10.0.0.2', 10)).kind, 'admitted');
    const [first = ''] = ids;
    assert.deepEqual(
      [20, 21, 22, 23].map((client) => guard.judge(applicant(first, '10.0.0.1', client)).kind),
      ['admitted', 'admitted', 'admitted', 'refused'],
    );
  });

  it('lets many nodes of this machine in', () => {
    const guard = admission();
    for (let index = 0; index < 1000; index++)
      assert.equal(guard.judge(applicant(newNodeId(), '127.0.0.1', index)).kind, 'admitted');
  });

  it('does not even look at an address that tries too often, until it rests', () => {
    const guard = admission('secret');
    const attempt = () => guard.judge(applicant(newNodeId(), '10.0.0.1', 1)).kind;
    const kinds = Array.from({ length: 101 }, attempt);
    assert.deepEqual([kinds[0], kinds[99], kinds[100]], ['refused', 'refused', 'dropped']);
    time += 100;
    assert.deepEqual([attempt(), attempt()], ['refused', 'dropped']);
  });

  it('demands the whole secret', () => {
    const guard = admission('secret');
    for (const secret of ['', 'secre', 'secret ', 'SECRET']) {
      assert.deepEqual(guard.judge(applicant(newNodeId(), '127.0.0.1', 1, { secret })), {
        kind: 'refused',
        reason: 'it does not have the token',
        isCounted: false,
      });
    }
    assert.equal(guard.judge(applicant(newNodeId(), '127.0.0.1', 1, { secret: 'secret' })).kind, 'admitted');
  });

  it('takes only identities that fit into a subject', () => {
    const guard = admission();
    const pattern = /^[A-Za-z0-9_-]{22}$/;
    fc.assert(
      fc.property(fc.string(), (user) => {
        time += 1000;
        assert.equal(guard.judge(applicant(user, '127.0.0.1', 1)).kind, pattern.test(user) ? 'admitted' : 'refused');
      }),
    );
  });

  it('forgets connections of a server that was replaced', () => {
    const guard = admission();
    const id = newNodeId();
    guard.judge(applicant(id, '10.0.0.1', 1));
    guard.judge(applicant(id, '10.0.0.1', 1, { serverId: 'S2' }));
    assert.deepEqual(guard.reconcile(guard.believed(), 'S2', new Set([1])), []);
    assert.equal(guard.release({ serverId: 'S1', clientId: 1 }), null);
    assert.equal(guard.release({ serverId: 'S2', clientId: 1 }), id);
  });

  it('lets nodes that are known come back while a stranger at their address asks all the time', () => {
    const guard = admission();
    const id = newNodeId();
    assert.equal(guard.judge(applicant(id, '10.0.0.1', 1)).kind, 'admitted');
    for (let index = 0; index < 10_000; index++) guard.judge(applicant(newNodeId(), '10.0.0.1', 100 + index));
    guard.release({ serverId: 'S1', clientId: 1 });
    assert.equal(guard.judge(applicant(newNodeId(), '10.0.0.1', 2)).kind, 'dropped');
    assert.equal(guard.judge(applicant(id, '10.0.0.1', 3)).kind, 'admitted');
  });

  it('takes nothing from those who have the token for those who have not', () => {
    const guard = admission('secret');
    for (let index = 0; index < 50_000; index++)
      guard.judge(applicant(newNodeId(), `10.0.${index % 250}.${Math.floor(index / 250) % 250}`, index));
    assert.equal(guard.judge(applicant(newNodeId(), '10.1.1.1', 1)).kind, 'dropped');
    assert.equal(guard.judge(applicant(newNodeId(), '10.1.1.1', 2, { secret: 'secret' })).kind, 'admitted');
  });

  it('is not filled by strangers who come and go', () => {
    const guard = admission();
    for (let index = 0; index < 20_000; index++) {
      time += 6;
      const host = `10.0.${index % 250}.${Math.floor(index / 250)}`;
      if (guard.judge(applicant(newNodeId(), host, index)).kind === 'admitted')
        guard.release({ serverId: 'S1', clientId: index });
    }
    assert.equal(guard.judge(applicant(newNodeId(), '127.0.0.1', 1)).kind, 'admitted');
    time += 1000;
    assert.equal(guard.judge(applicant(newNodeId(), '10.2.0.1', 2)).kind, 'admitted');
  });

  it('believes of connections what the server says of them, whatever was not heard', () => {
    type Step = { readonly kind: 'connect' | 'end' | 'end unheard' | 'end while asking'; readonly node: number };
    const steps = fc.array(
      fc.record<Step>({ kind: fc.constantFrom('connect', 'end', 'end unheard', 'end while asking'), node: fc.nat(5) }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, steps, (before, meanwhile) => {
        const guard = admission();
        const ids = Array.from({ length: 6 }, newNodeId);
        const open = new Map<number, number>();
        let next = 1;
        const play = ({ kind, node }: Step, isHeard: boolean): void => {
          time += 1000;
          const clientId = next;
          if (kind === 'connect' && guard.judge(applicant(ids[node] ?? '', '127.0.0.1', next)).kind === 'admitted')
            open.set(next++, node);
          const found = kind === 'connect' ? undefined : [...open].find(([, owner]) => owner === node);
          if (found === undefined || found[0] === clientId) return;
          open.delete(found[0]);
          if (isHeard && kind === 'end') guard.release({ serverId: 'S1', clientId: found[0] });
        };
        for (const step of before) play(step, true);
        const believed = guard.believed();
        const listed = new Set(open.keys());
        for (const step of meanwhile) play({ ...step, kind: step.kind === 'connect' ? 'connect' : 'end' }, true);
        guard.reconcile(believed, 'S1', listed);
        const truth = ids.map((_, node) => [...open.values()].includes(node));
        assert.deepEqual(
          ids.map((id) => guard.isConnected(id)),
          truth,
        );
      }),
    );
  });
});

/** Ids that have no connection any more. */
const gone = new Set<string>();
const registry = (believesAddresses = false): Registry =>
  new Registry({
    ownVersion: '1.2.3',
    believesAddresses,
    isOwnMachine,
    isConnected: (id) => !gone.has(id),
    now,
    wall: () => 5,
  });
const request = (address: string, more = {}) => ({ secret: newNodeId(), hello: hello(address, more) });

describe('registry', () => {
  it('believes the address that the server saw', () => {
    const nodes = registry();
    assert.equal(nodes.register('a', request('10.0.0.1'), '10.0.0.1').kind, 'joined');
    assert.equal(nodes.register('b', request('10.0.0.9'), '10.0.0.2').kind, 'refused');
    assert.equal(nodes.register('c', request('127.0.0.7'), '127.0.0.1').kind, 'joined');
    assert.equal(nodes.register('d', request('127.0.0.7'), '10.0.0.2').kind, 'refused');
    assert.equal(nodes.register('e', request('10.0.0.9'), '127.0.0.1').kind, 'refused');
    assert.deepEqual(
      nodes.nodes().map((node) => node.hello.address),
      ['10.0.0.1', '127.0.0.7'],
    );
  });

  it('believes the node with a token, but never two', () => {
    const nodes = registry(true);
    assert.equal(nodes.register('a', request('10.0.0.9'), '10.0.0.1').kind, 'joined');
    const second = nodes.register('b', request('10.0.0.9'), '10.0.0.9');
    assert.deepEqual(second, {
      kind: 'refused',
      reason: 'the address 10.0.0.9 is taken by process 42 on machine',
      isFinal: false,
      isNews: true,
    });
    nodes.remove('a');
    assert.equal(nodes.register('b', request('10.0.0.9'), '10.0.0.9').kind, 'joined');
    assert.deepEqual(nodes.refused(), []);
  });

  it('tells of each refusal once, and forgets it after a minute', () => {
    const nodes = registry();
    const old = request('10.0.0.1', { version: '1.0.0' });
    const outcomes = [1, 2].map(() => nodes.register('a', old, '10.0.0.1'));
    assert.deepEqual(
      outcomes.map((outcome) => outcome.kind === 'refused' && outcome.isNews),
      [true, false],
    );
    assert.deepEqual(nodes.refused(), [
      { address: '10.0.0.1', hostName: 'machine', reason: 'it has version 1.0.0, but the coordinator has 1.2.3' },
    ]);
    time += 60_001;
    assert.deepEqual(nodes.refused(), []);
  });

  it('refuses another protocol and what is no address, and repeats nothing that could forge a line', () => {
    const nodes = registry(true);
    const reasons = [
      request('10.0.0.1', { protocol: 99 }),
      request('nonsense\n2026 INFO forged'),
      request('10.0.0.1', { version: '1\u001b[2J' }),
    ].map((said) => {
      const outcome = nodes.register('a', said, null);
      return outcome.kind === 'refused' ? outcome.reason : '';
    });
    assert.deepEqual(reasons, [
      `it has version 1.2.3, but the coordinator has 1.2.3 (protocols 99 and ${protocolVersion})`,
      'nonsense?2026 INFO forged is not an address',
      'it has version 1?[2J, but the coordinator has 1.2.3',
    ]);
  });

  it('does not keep an address for a node whose connections have ended', () => {
    const nodes = registry();
    nodes.register('a', request('10.0.0.1'), '10.0.0.1');
    gone.add('a');
    assert.equal(nodes.register('b', request('10.0.0.1'), '10.0.0.1').kind, 'joined');
    gone.delete('a');
    assert.deepEqual(
      nodes.nodes().map(({ id }) => id),
      ['b'],
    );
  });

  it('refuses a node without cores', () => {
    const outcome = registry().register('a', request('10.0.0.1', { cores: 0 }), '10.0.0.1');
    assert.ok(outcome.kind === 'refused' && outcome.isFinal);
    assert.match(outcome.reason, /it has no cores/);
  });

  it('remembers few refusals of one address, and not many in all', () => {
    const nodes = registry();
    nodes.register('a', request('10.0.0.1', { version: '1' }), '10.0.0.1');
    for (let index = 0; index < 5000; index++)
      nodes.register('b', request(`10.9.${index % 250}.${index % 7}`), '10.0.0.2');
    assert.equal(nodes.refused().length, 5);
    assert.ok(nodes.refused().some(({ address }) => address === '10.0.0.1'));
    for (let index = 0; index < 5000; index++)
      nodes.register('c', request('10.0.0.9'), `10.8.${index % 250}.${Math.floor(index / 250)}`);
    assert.ok(nodes.refused().length <= 100);
  });

  it('forgets a node that does not renew', () => {
    const nodes = registry();
    nodes.register('a', request('10.0.0.1'), '10.0.0.1');
    time += 14_000;
    assert.equal(nodes.register('a', request('10.0.0.1'), '10.0.0.1').kind, 'renewed');
    time += 14_000;
    assert.deepEqual(nodes.expire(), []);
    nodes.extendLeases();
    time += 15_001;
    assert.equal(nodes.expire().length, 1);
    assert.deepEqual(nodes.nodes(), []);
  });
});

describe('the grant of the fleet', () => {
  const own = { testRunId: 'first', processId: process.pid };
  const other = { testRunId: 'second', processId: process.pid };

  it('is for one run at a time, which may renew it and give it back', () => {
    const grant = new RunGrant(now);
    assert.deepEqual(grant.claim(own), { isGranted: true, holder: own });
    assert.deepEqual(grant.claim(other), { isGranted: false, holder: own });
    assert.deepEqual(grant.claim(own), { isGranted: true, holder: own });
    assert.equal(grant.end(other), false);
    assert.equal(grant.end(own), true);
    assert.deepEqual(grant.claim(other), { isGranted: true, holder: other });
  });

  it('ends with its lease, unless the server was away', () => {
    const grant = new RunGrant(now);
    grant.claim(own);
    time += 6999;
    assert.deepEqual(grant.holder, own);
    grant.extendLease();
    time += 7000;
    assert.deepEqual(grant.holder, own);
    time += 1;
    assert.equal(grant.holder, null);
  });

  it('ends with the process of the run', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'inherit'] });
    await once(child, 'spawn');
    const grant = new RunGrant(now);
    grant.claim({ testRunId: 'first', processId: child.pid ?? 0 });
    assert.equal(grant.claim(other).isGranted, false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.equal(grant.claim(other).isGranted, true);
  });
});

describe('addresses', () => {
  it('are kept, names are resolved', async () => {
    assert.deepEqual(
      await Promise.all(['127.0.0.2', '10.0.0.1', '::FFFF:10.0.0.1', ' 10.0.0.2 '].map(resolveAddress)),
      ['127.0.0.2', '10.0.0.1', '10.0.0.1', '10.0.0.2'],
    );
    assert.match(await resolveAddress('localhost'), /^127\.|^::1$/);
    await assert.rejects(resolveAddress('no.such.name.invalid'), {
      code: 'FLEET',
      message: /'no\.such\.name\.invalid' cannot be resolved/,
    });
  });

  it('of 127.0.0.0/8 are this machine', () => {
    assert.deepEqual(['127.0.0.1', '127.255.1.2', '::1', '::ffff:127.0.0.1', '128.0.0.1'].map(isLoopback), [
      true,
      true,
      true,
      true,
      false,
    ]);
    assert.deepEqual(['127.0.0.9', '203.0.113.1'].map(isOwnAddress), [true, false]);
    assert.equal(plainAddress('FE80::1'), 'fe80::1');
  });
});
