// Where and how mistakes in templates are reported.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BenchmarkError, type Problem } from '../../src/errors.ts';
import { compileTemplate, type RenderOptions, render, type TemplateSource } from '../../src/template/engine.ts';

/** The problem that reading or rendering a template ends with. */
function problemOf(source: TemplateSource, options: RenderOptions = {}): Problem {
  try {
    render(compileTemplate(source), options);
  } catch (error) {
    assert.ok(error instanceof BenchmarkError);
    assert.equal(error.code, 'WORKLOAD_SYNTAX');
    assert.equal(error.problems.length, 1);
    assert.ok(error.problems[0] !== undefined);
    return error.problems[0];
  }
  return assert.fail('nothing failed');
}

const problem = (text: string): Problem => problemOf({ name: 'a.json', text });

test('mistakes of syntax name file, line and column', () => {
  const cases: readonly (readonly [string, number, number, string])[] = [
    ['{\n  {{ a b }}\n}', 2, 8, 'Expected "}}", got "b"'],
    ['x\n\n{% foo %}', 3, 4, 'Unknown tag "foo"'],
    ['{{ (1 }}', 1, 7, 'Unexpected "}", expected ")"'],
    ['{{ 1 + }}', 1, 8, 'Unexpected "}}"'],
    ['{{ a\n  ? }}', 2, 3, 'Unexpected character "?"'],
    ['a\r\nb {{ }}', 2, 6, 'Expected an expression, got "}}"'],
    ['{{ f(a=1, 2) }}', 1, 5, 'The arguments of this call are in a wrong order'],
    ['{% for loop in [1] %}{% endfor %}', 1, 8, '"loop" is the loop\'s own variable and cannot be assigned in it'],
    ['{% block a %}{% endblock %}\n{% block a %}{% endblock %}', 2, 4, 'There are two blocks "a"'],
    ['{% set none = 1 %}', 1, 8, '"none" cannot be assigned to'],
    ["{{ '\\u12' }}", 1, 4, 'The escape "\\u" lacks hexadecimal digits'],
  ];
  for (const [text, line, column, message] of cases) {
    const { hint: _, ...found } = problem(text);
    assert.deepEqual(found, { file: 'a.json', line, column, message }, text);
  }
});

test('a stray end tag has a hint', () => {
  const found = problem('[\n{% endif %}\n]');
  assert.equal(found.line, 2);
  assert.equal(found.message, 'Unexpected tag "endif"');
  assert.equal(
    found.hint,
    'There is an "endif" without its "if": remove it, or look for the "if" that is missing or ends before.',
  );
});

test('a wrong end tag names the block that is open', () => {
  assert.equal(
    problem('{% for i in [] %}{% endif %}').message,
    'Unexpected tag "endif"; the open "for" needs "endfor" or "else"',
  );
});

test('a block without its end is reported where it begins', () => {
  assert.deepEqual(problem('[\n{% if a %}\n1\n]'), {
    file: 'a.json',
    line: 2,
    column: 4,
    message: 'The "if" that begins here has no end',
    hint: 'Add "{% elif %}" or "{% else %}" or "{% endif %}".',
  });
  assert.deepEqual(problem('x\n  {% raw %}\n{{ y }}'), {
    file: 'a.json',
    line: 2,
    column: 3,
    message: 'The "raw" block that begins here has no end',
    hint: 'Add "{% endraw %}" where the unrendered text ends.',
  });
  assert.equal(problem('x\n{# y').message, 'This comment is never closed');
});

test('tags of extensions are refused by name', () => {
  for (const tag of ['do x', 'break', 'continue', 'trans', 'debug']) {
    const found = problem(`{% ${tag} %}`);
    assert.equal(found.message, `Unknown tag "${tag.split(' ')[0]}"`);
    assert.equal(found.hint, 'Extensions of Jinja2 (do, trans, break, continue, debug) are not available.');
  }
});

test('failures while rendering name the place of the expression', () => {
  const cases: readonly (readonly [string, number, number, string])[] = [
    ['[\n  {{ 1 }},\n  {{ u.x }}\n]', 3, 7, "'u' is undefined"],
    ['{{ 1 }}\n{{ 1 + "a" }}', 2, 6, '"+" does not work between int and str'],
    ['{% for i in 5 %}{% endfor %}', 1, 13, 'A value of type int has no items to go through'],
    ['a\n{% set a, b = [1] %}', 2, 4, '1 values cannot be taken apart into 2 names'],
    ['{{ [1]|sum\n  / 0 }}', 2, 3, 'Division by zero'],
    ['\n{% include "b" %}', 2, 4, 'There is no template "b"'],
    ['{{ u|tojson }}', 1, 6, "'u' is undefined"],
    ['{{ [1]|nope }}', 1, 8, 'There is no filter "nope"'],
  ];
  for (const [text, line, column, message] of cases)
    assert.deepEqual(problem(text), { file: 'a.json', line, column, message, hint: undefined }, text);
});

test('a failure in an included template names that template', () => {
  const options: RenderOptions = {
    loader: (name) => ({ template: compileTemplate({ name, text: '\n\n{{ 1 / 0 }}' }), autoescape: false }),
  };
  const found = problemOf({ name: 'a.json', text: '{% include "b.json" %}' }, options);
  assert.deepEqual([found.file, found.line, found.column], ['b.json', 3, 6]);
});

test('places in an assembled text are those of the file that a piece came from', () => {
  const outer = '{\n  "a": ';
  const inner = '1,\r\n{{ u.x }}\r\n';
  const text = `${outer}${inner}\n, {{ u.y }} }`;
  const fragments = [
    { offset: 0, file: 'workload.json', line: 1, column: 1 },
    { offset: outer.length, file: 'parts/one.json', line: 1, column: 1 },
    { offset: outer.length + inner.length, file: 'workload.json', line: 2, column: 48 },
  ];
  const first = problemOf({ name: 'workload.json', text, fragments });
  assert.deepEqual([first.file, first.line, first.column], ['parts/one.json', 2, 5]);
  const second = problemOf({ name: 'workload.json', text: text.replace('u.x', '"x"'), fragments });
  assert.deepEqual([second.file, second.line], ['workload.json', 3]);
});

test('the message tells what failed, where and why', () => {
  assert.throws(() => compileTemplate({ name: 'a.json', text: '{\n{{ 1 + }}' }), {
    message: 'The template "a.json" cannot be read in a.json, line 2: Unexpected "}}".',
  });
});
