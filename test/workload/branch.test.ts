// Which branch or tag of a workload repository fits a version.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseBranch, chooseTag, versionVariants } from '../../src/workload/branch.ts';

const official = ['main', '1', '2', '3', '5', '6', '7', 'OS-1', 'ES-7', 'backport/backport-572-to-1'];

test('variants go from the most specific to the major', () => {
  assert.deepEqual(versionVariants('2.4.1-rc1'), ['2.4.1-rc1', '2.4.1', '2.4', '2.3', '2.2', '2.1', '2']);
  assert.deepEqual(versionVariants('3.0.0'), ['3.0.0', '3.0', '3']);
  assert.equal(versionVariants('2.11'), null);
  assert.equal(versionVariants('main'), null);
});

const choices: readonly (readonly [readonly string[], string | null, string | null])[] = [
  [official, '2.11.0', '2'],
  [official, '3.1.0', '3'],
  [official, '1.3.20', '1'],
  [official, null, 'main'],
  // Elasticsearch's 5, 6 and 7 lie behind a gap.
  [official, '4.0.0', 'main'],
  [official, '5.0.0', 'main'],
  [official, '7.2.0', 'main'],
  [[...official, '4'], '4.1.0', '4'],
  // With a branch 4 there is no gap any more before those of Elasticsearch.
  [[...official, '4'], '5.0.0', 'main'],
  [[...official, '4'], '7.10.2', 'main'],
  [[...official, '4', '8'], '8.0.0', 'main'],
  [['main', '1', '2', '3', '4', '5'], '5.1.0', '5'],
  [['5', '6', '7'], '6.0.0', null],
  [official, '0.9.0', null],
  [official, '2.11', null],
  [['main', '2', '2.4', '2.9'], '2.7.3', '2.4'],
  [['main', '2', '2.4', '2.9', '2.10.1'], '2.10.0', '2.9'],
  [['main', '2', '2.0'], '2.3.0', '2'],
  [['main', '2', '2.0'], '2.0.1', '2.0'],
  [['main', '2.3.0-SNAPSHOT', '2.3.0'], '2.3.0-SNAPSHOT', '2.3.0-SNAPSHOT'],
  [['2'], '3.0.0', null],
  [['feature'], null, null],
];

test('the branch that fits best is chosen', () => {
  for (const [branches, version, expected] of choices)
    assert.equal(chooseBranch(branches, version), expected, `${version} in ${branches.join(' ')}`);
});

test('tags carry a v', () => {
  assert.equal(chooseTag(['v2', 'v2.4', '2.4.1'], '2.4.1'), 'v2.4');
  assert.equal(chooseTag(['v3'], '2.4.1'), null);
  assert.equal(chooseTag(['v3'], null), null);
});

test('what is chosen is one of the branches, and never newer than the version', () => {
  const branch = fc.oneof(
    fc.constant('main'),
    fc.nat(9).map(String),
    fc.tuple(fc.nat(5), fc.nat(12)).map((parts) => parts.join('.')),
  );
  const version = fc.tuple(fc.nat(9), fc.nat(12), fc.nat(3)).map((parts) => parts.join('.'));
  fc.assert(
    fc.property(fc.array(branch), version, (branches, wanted) => {
      const chosen = chooseBranch(branches, wanted);
      if (chosen === null || chosen === 'main') return chosen === null || branches.includes('main');
      const [major, minor = '0'] = chosen.split('.');
      return (
        branches.includes(chosen) && major === wanted.split('.')[0] && Number(minor) <= Number(wanted.split('.')[1])
      );
    }),
  );
});
