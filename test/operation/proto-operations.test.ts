// Which searches can be sent over gRPC, and what is said of others.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckFacts } from '../../src/operation/operation.ts';
import { ONE_INDEX, spec, typeOf } from './play.ts';

const problemsOf = (params: object, indices: CheckFacts['indices'] = ONE_INDEX.indices): readonly string[] =>
  typeOf('proto-search')
    .check(spec('proto-search', params), { ...ONE_INDEX, indices, corpora: [] })
    .map(({ path, message }) => `${path}: ${message}`);

const searching = (body: object, more: object = {}): readonly string[] => problemsOf({ body, ...more });

describe('proto-search', () => {
  test('takes the queries that both sides know', () => {
    for (const query of [
      { match_all: {} },
      { term: { level: 'error' } },
      { term: { level: { value: 'error', case_insensitive: true, boost: 2 } } },
      { terms: { level: ['a', 1, true, 2.5], boost: 1 } },
      { range: { n: { gte: 1, lt: 2.5 } } },
      { range: { '@timestamp': { gte: 'now-1d', format: 'strict_date' } } },
      { match: { text: { query: 'a b', operator: 'AND' } } },
      { bool: { must: [{ match_none: {} }], filter: { exists: { field: 'n' } }, minimum_should_match: '50%' } },
      { constant_score: { filter: { prefix: { level: 'e' } }, boost: 1.5 } },
      { ids: { values: ['1', '2'] } },
      { wildcard: { level: { value: 'e*' } } },
      { match_phrase: { text: { query: 'a b', slop: 2 } } },
    ])
      assert.deepEqual(searching({ query, size: 3, _source: 'true', track_total_hits: 100 }), []);
  });

  test('names everything of a search that cannot be sent, all at once', () => {
    const query = {
      bool: { must: [{ geo_shape: {} }, { term: { a: 1, b: 2 } }], should: { range: { n: { gte: true } } } },
    };
    assert.deepEqual(
      searching({ query, aggs: {}, sort: [], size: -1 }).map((problem) => problem.replace(/;.*/, '')),
      [
        'body.aggs: "aggs" cannot be sent over gRPC.',
        'body.sort: "sort" cannot be sent over gRPC.',
        'body.query.bool.must[0].geo_shape: A query of the kind "geo_shape" cannot be sent over gRPC',
        'body.query.bool.must[1].term: The query must name one field, but names 2.',
        'body.query.bool.should[0].range.n.gte: The value has a wrong type.',
        'body.size: "size" must be an integer of at least 0, but is -1.',
      ],
    );
  });

  test('needs a body, an index and details for assertions', () => {
    const assertion = { property: 'hits', condition: '>', value: 0 };
    assert.match(problemsOf({}, []).join('\n'), /index: The operation names no "index".*body/s);
    assert.match(searching({}, { assertions: [assertion] }).join(), /"assertions" need "detailed-results"/);
  });
});

describe('vectors over gRPC', () => {
  const set = { field: 'v', data_set_format: 'hdf5', data_set_path: '/nowhere.hdf5' };
  const checked = (type: string, params: object): readonly (string | undefined)[] =>
    typeOf(type)
      .check(spec(type, { ...set, ...params }), { ...ONE_INDEX, corpora: [] })
      .map(({ path }) => path);

  test('are searched for as the official workload does', () => {
    const official = { k: 10, 'detailed-results': false, 'calculate-recall': false, 'id-field-name': '' };
    const more = { 'response-compression-enabled': false, filter_type: {}, body: { docvalue_fields: ['_id'] } };
    assert.deepEqual(checked('proto-vector-search', { ...official, ...more }), []);
    assert.deepEqual(checked('proto-vector-search', { max_distance: 2.5 }), []);
  });

  test('are refused where gRPC has no place for what is asked', () => {
    const wishes = {
      k: 10,
      'calculate-recall': true,
      'response-compression-enabled': 'true',
      filter: { term: { a: 1 } },
      field: 'list.v',
    };
    assert.deepEqual(checked('proto-vector-search', wishes), [
      'calculate-recall',
      'response-compression-enabled',
      'filter',
      'field',
    ]);
    const bulk = { index: 'i', bulk_size: 5, 'document-format': 'bson', 'detailed-results': true, field: 'list.v' };
    assert.deepEqual(checked('proto-bulk-vector-data-set', bulk), ['detailed-results', 'field', 'document-format']);
  });
});
