// Similarity of words, checked against figures of Python's difflib.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closestMatch, didYouMean, similarity } from '../../src/workload/closest-match.ts';
import { rejectUnusedParameters } from '../../src/workload/unused-parameters.ts';

test('similarity is twice the common part over both lengths', () => {
  assert.equal(similarity('abcd', 'bcde'), 0.75);
  assert.equal(similarity('', ''), 1);
  assert.equal(similarity('abc', 'xyz'), 0);
  assert.equal(similarity('bulk_size', 'bulk_sizes'), 18 / 19);
  assert.equal(similarity('bulk_indexing_clients', 'index_clients'), 26 / 34);
});

test('similarity lies in 0..1, and only equal words reach 1', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (left, right) => {
      const ratio = similarity(left, right);
      return ratio >= 0 && ratio <= 1 && (ratio === 1) === (left === right);
    }),
  );
});

test('the closest known word is suggested, from a similarity of 0.6 on', () => {
  assert.equal(closestMatch('appel', ['ape', 'apple', 'peach', 'puppy']), 'apple');
  assert.equal(closestMatch('wheel', ['sheep']), 'sheep');
  assert.equal(closestMatch('xyz', ['apple']), null);
  assert.equal(didYouMean('serach', ['search', 'bulk']), 'Did you mean "search"?');
  assert.equal(didYouMean('q', []), undefined);
});

test('unused parameters are listed with what they are close to, all given and all known', () => {
  rejectUnusedParameters(['bulk_size'], new Set(['bulk_size', 'x']), 'w.json');
  assert.throws(
    () =>
      rejectUnusedParameters(['zzz', 'bulk_sizes', 'clients'], new Set(['clients', 'bulk_size']), '/w/workload.json'),
    {
      code: 'WORKLOAD_PARAMS_UNUSED',
      exitCode: 64,
      message: [
        'Unused workload parameters ["bulk_sizes","zzz"]: nothing in /w/workload.json reads them.',
        '- bulk_sizes (close to: bulk_size)',
        '- zzz',
        'Given: bulk_sizes, clients, zzz',
        'Known: bulk_size, clients',
      ].join('\n'),
    },
  );
});
