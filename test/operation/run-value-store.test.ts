import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunValueStore } from '../../src/operation/run-value-store.ts';
import { runValueBounds } from '../../src/run-values.ts';

test('what is set is known at once, and told to the coordinator once', () => {
  const store = new RunValueStore();
  store.merge(new Map([['old.json', '1']]));
  store.set('a.json', '{"x":1}');
  store.set('a.json', '{"x":2}');
  assert.equal(store.get('a.json'), '{"x":2}');
  assert.deepEqual([...store.all.keys()], ['old.json', 'a.json']);
  assert.deepEqual([...store.drain()], [['a.json', '{"x":2}']]);
  assert.deepEqual([...store.drain()], []);
  store.merge(new Map([['a.json', '3']]));
  assert.equal(store.get('a.json'), '3');
  assert.deepEqual([...store.drain()], []);
});

test('what could not be passed on is refused', () => {
  const store = new RunValueStore();
  assert.throws(() => store.set('n'.repeat(runValueBounds.name + 1), '1'), /is too long for a value of a run/);
  assert.throws(() => store.set('a', ' '.repeat(runValueBounds.text + 1)), /"a" is too long for a value of a run/);
  for (let index = 0; index < runValueBounds.count; index++) store.set(`${index}`, '1');
  store.set('0', '2');
  assert.throws(() => store.set('one more', '1'), /at most 1000 values; "one more" is one more/);
});
