// Paths of a document as text, the places they lie at, and the way back through a rendering.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { itemPath, joinPath, pathSegments, propertyPath } from '../../src/workload/json-path.ts';
import { offsetOfPath } from '../../src/workload/locate.ts';
import { SourceText } from '../../src/workload/source-text.ts';
import { traceRendering } from '../../src/workload/trace.ts';

test('paths are written and read', () => {
  assert.equal(propertyPath(itemPath(propertyPath('', 'a'), 2), 'b-c'), 'a[2].b-c');
  assert.equal(propertyPath('settings', 'index.codec'), 'settings["index.codec"]');
  assert.deepEqual(pathSegments('a[2].b-c["x.\\"y"]'), ['a', 2, 'b-c', 'x."y']);
  assert.equal(joinPath('operations[0]', 'bulk-size'), 'operations[0].bulk-size');
  assert.equal(joinPath('operations[0]', '[1]'), 'operations[0][1]');
  assert.equal(joinPath('operations[0]', undefined), 'operations[0]');
});

test('any key survives writing and reading', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.nat(99)), { maxLength: 5 }), (segments) => {
      const path = segments.reduce<string>(
        (base, segment) => (typeof segment === 'number' ? itemPath(base, segment) : propertyPath(base, segment)),
        '',
      );
      assert.deepEqual(pathSegments(path), segments);
    }),
  );
});

test('the value at a path is found; else the deepest part that exists', () => {
  const text = '{ "a": [1, {"b\\"": "x,]"}, {"c": [[2], 3]}], "d": {"e": null}, "a.b": 7 }';
  const at = (path: string): string => text.slice(offsetOfPath(text, path)).slice(0, 6);
  assert.equal(at('a[0]'), '1, {"b');
  assert.equal(at('a[1]["b\\""]'), '"x,]"}');
  assert.equal(at('a[2].c[1]'), '3]}], ');
  assert.equal(at('d.e'), 'null},');
  assert.equal(at('["a.b"]'), '7 }');
  assert.equal(at('d.missing.x'), '{"e": ');
  assert.equal(at('a[9]'), '[1, {"');
  assert.equal(at(''), '{ "a":');
});

test('a place in a rendered text leads back to the line that wrote it', () => {
  const source = new SourceText([
    { text: 'one\n{% if\n x %}two\n{# no\nmark #}three {{ "}}" }}\n', file: 'a', line: 1, column: 1 },
    { text: 'four', file: 'b', line: 7, column: 3 },
  ]);
  // A renderer that drops tags and comments.
  const trace = traceRendering(source, (text) => text.replace(/\{#.*?#\}|\{%.*?%\}|\{\{ "\}\}" \}\}/gs, ''));
  assert.equal(trace?.text, 'one\ntwo\nthree \nfour');
  const lineOf = (word: string): string => {
    const position = trace?.positionOf(trace.text.indexOf(word));
    return `${position?.file}:${position?.line}`;
  };
  assert.deepEqual(['one', 'two', 'three', 'four'].map(lineOf), ['a:1', 'a:3', 'a:5', 'b:7']);
  assert.equal(
    traceRendering(source, () => {
      throw new Error('no');
    }),
    null,
  );
});
