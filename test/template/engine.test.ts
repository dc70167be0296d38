// The engine's own promises: parameters, loaders, host functions, limits, and that nothing but a clear error comes out
// of bad input.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BenchmarkError } from '../../src/errors.ts';
import { Float, type Json, parseJson, writeJson } from '../../src/json.ts';
import {
  callable,
  compileTemplate,
  defineFunction,
  discoverParameters,
  escapesByName,
  type RenderOptions,
  render,
  type Value,
  valueFromJson,
} from '../../src/template/engine.ts';
import { quoteLiteral } from '../../src/template/values/literals.ts';

const run = (text: string, options: RenderOptions = {}): string =>
  render(compileTemplate({ name: 'test', text }), options);
const variables = (values: Readonly<Record<string, Value>>): RenderOptions => ({
  context: new Map(Object.entries(values)),
});
const parameters = (text: string): string[] => [...discoverParameters(compileTemplate({ name: 'test', text }))].sort();

test('host functions get their arguments by position and by name', () => {
  const join = callable('join', ['a', 'b?'], ([a = null, b = 'none']) => [a, b]);
  assert.equal(run("{{ f(1) }}{{ f(b=2, a='x') }}", { globals: new Map([['f', join]]) }), "[1, 'none']['x', 2]");
});

test('host functions refuse arguments they do not have', () => {
  const globals = new Map([['f', callable('f', ['a', 'b?'], () => null)]]);
  for (const [call, message] of [
    ['f()', /"f" lacks the argument "a"/],
    ['f(1, 2, 3)', /"f" takes at most 2 arguments, not 3/],
    ['f(1, c=2)', /"f" takes no argument "c"/],
    ['f(1, a=2)', /"f" got the argument "a" twice/],
  ] as const) {
    assert.throws(() => run(`{{ ${call} }}`, { globals }), message);
  }
});

test('filters of the host stand beside those of Jinja2', () => {
  const filters = new Map([['double', defineFunction('double', ['value'], ([value = null]) => [value, value])]]);
  assert.equal(run('{{ 1|double|length }}{{ [1, 2]|map("double")|list }}', { filters }), '2[[1, 1], [2, 2]]');
  assert.throws(() => run('{{ 1|double }}'), /There is no filter "double"/);
});

test('globals are seen by imported templates, the context is not', () => {
  const library = compileTemplate({ name: 'library', text: '{% macro m() %}{{ g }}{{ c }}{% endmacro %}' });
  const options: RenderOptions = {
    globals: new Map([['g', 1]]),
    context: new Map([['c', 2]]),
    loader: (name) => (name === 'library' ? { template: library, autoescape: false } : null),
  };
  assert.equal(run('{% import "library" as l %}{{ l.m() }}', options), '1');
  assert.equal(run('{% import "library" as l with context %}{{ l.m() }}', options), '12');
});

test('a render leaves the values it was given as they are', () => {
  const json = parseJson('{"list": [1], "map": {"a": 1}}');
  const context = new Map<string, Value>([['p', valueFromJson(json)]]);
  assert.equal(
    run("{% set _ = p.list.append(2) %}{% set _ = p['map'].update(b=2) %}{{ p }}", { context }),
    "{'list': [1, 2], 'map': {'a': 1, 'b': 2}}",
  );
  assert.equal(writeJson(json), '{"list":[1],"map":{"a":1}}');
});

test('a template can be rendered again and again', () => {
  const template = compileTemplate({
    name: 'test',
    text: '{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{{ x }}',
  });
  assert.deepEqual(
    [1, 2].map((x) => render(template, variables({ x }))),
    ['31', '32'],
  );
});

test('null is a value: it hides defaults and outer values', () => {
  assert.equal(
    run("{{ {'a': none}.a }}{{ {'a': none}.get('a', 5) }}{{ none|default(1) }}{{ '{}'.format(none) }}"),
    'NoneNoneNoneNone',
  );
  assert.equal(
    run('{% macro m(a=1) %}{{ a }}{% endmacro %}{{ m(none) }}{{ x }}', {
      globals: new Map([['x', 1]]),
      context: new Map([['x', null]]),
    }),
    'NoneNone',
  );
});

test('names are parameters unless their scope binds them before', () => {
  assert.deepEqual(parameters('{{ a }}{% set b = 1 %}{{ b }}{% for c in d %}{{ c }}{{ loop.index }}{% endfor %}'), [
    'a',
    'd',
  ]);
  assert.deepEqual(parameters('{% if a %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}'), ['a', 'x']);
  assert.deepEqual(parameters('{% set x = 0 %}{% if a %}{% set x = 1 %}{% endif %}{{ x }}'), ['a']);
  assert.deepEqual(parameters('{% macro m() %}{{ late }}{{ never }}{% endmacro %}{% set late = 1 %}'), ['never']);
  assert.deepEqual(parameters('{% with a = b %}{{ a }}{% endwith %}{{ a }}{{ range(1) }}'), ['a', 'b']);
});

test('known names are no parameters', () => {
  const template = compileTemplate({ name: 'test', text: '{{ now }}{{ n }}' });
  assert.deepEqual([...discoverParameters(template, { knownNames: ['now'] })], ['n']);
});

test('an unknown filter is a mistake, but for one inside an if that is not reached', () => {
  const template = compileTemplate({ name: 'test', text: '{% if x is defined %}{{ x|special }}{% endif %}' });
  assert.deepEqual([...discoverParameters(template)], ['x']);
  assert.equal(render(template), '');
  assert.throws(() => render(template, variables({ x: 1 })), /There is no filter "special"/);
  assert.throws(
    () => discoverParameters(compileTemplate({ name: 'test', text: '{{ x|special }}' })),
    /There is no filter "special"/,
  );
  assert.doesNotThrow(() =>
    discoverParameters(compileTemplate({ name: 'test', text: '{{ x|special }}' }), { filters: ['special'] }),
  );
});

test('HTML and XML files are escaped by name', () => {
  assert.deepEqual(['a.html', 'a.HTM', 'a.xml', 'a.json', 'html'].map(escapesByName), [true, true, true, false, false]);
});

test('a template cannot use up the machine', () => {
  const hopeless: readonly (readonly [string, RegExp])[] = [
    ['{{ range(1000001) }}', /range of 1000001 items is too long/],
    ['{{ range(2.0) }}', /must be an integer, not a float/],
    ["{{ 'x' * 1000000000 }}", /too large/],
    ["{{ 'x'.ljust(1000000000) }}", /too large/],
    ["{{ '%1000000000d' % 1 }}", /too large/],
    ['{{ 9 ** (9 ** 9) }}', /bits/],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /nest deeper than 250 levels/],
    ['{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}', /nest deeper than 250 levels/],
    ['{% set l = [1] %}{% for i in l %}{% set _ = l.append(1) %}{% endfor %}', /more than 5000000 passes/],
    [`{{ ${'('.repeat(300)}1${')'.repeat(300)} }}`, /nests deeper than 200 levels/],
    [`{{ ${'not '.repeat(5000)}1 }}`, /nests deeper than 200 levels/],
    ['{% if 1 %}'.repeat(300) + '{% endif %}'.repeat(300), /nests deeper than 200 levels/],
    ["{{ 'a\\tb'.expandtabs(1000000000) }}", /too large/],
    ['{{ [1]|tojson(1000000000) }}', /too large/],
    [
      "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
      /too large/,
    ],
    ['{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}', /too large/],
    ['{% set x = [1] %}{% for i in range(100) %}{% set _ = x.extend(x) %}{% endfor %}', /too large/],
    ['{% set l = [] %}{% set _ = l.append(l) %}{{ l }}', /too deeply/],
    ['{% set l = [] %}{% set _ = l.append(l) %}{{ l|tojson }}', /too deeply/],
  ];
  for (const [text, message] of hopeless) {
    assert.throws(
      () => run(text),
      (error) => error instanceof BenchmarkError && error.code === 'WORKLOAD_SYNTAX' && message.test(error.message),
      text.slice(0, 80),
    );
  }
});

test('a template that includes itself ends with a clear error', () => {
  const itself = compileTemplate({ name: 'itself', text: '{% include "itself" %}' });
  assert.throws(
    () => render(itself, { loader: () => ({ template: itself, autoescape: false }) }),
    /nest deeper than 250 levels/,
  );
});

test('a long chain of operators renders or fails clearly', () => {
  assert.equal(run(`{{ ${'1 + '.repeat(500)}1 }}`), '501');
  assert.throws(() => run(`{{ ${'1 + '.repeat(200_000)}1 }}`), BenchmarkError);
});

test('text without tags stays as it is, but for line ends and one final newline', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/\{[{%#]/.test(text));
      assert.equal(run(text), text.replace(/\r\n?/g, '\n').replace(/\n$/, ''));
    }),
  );
});

test('a printed literal reads back as the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      // A quote and a newline of the literal stand in the template as escapes; other characters as themselves.
      assert.equal(run(`{{ ${quoteLiteral(text)} }}`), text);
    }),
  );
});

test('tojson writes JSON that reads back as the same value', () => {
  const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 3 }).map((value) => parseJson(JSON.stringify(value)));
  fc.assert(
    fc.property(json, fc.constantFrom('tojson', 'tojson(2)'), (value, filter) => {
      const back = parseJson(run(`{{ v|${filter} }}`, variables({ v: valueFromJson(value) })));
      assert.equal(sortedText(back), sortedText(value));
    }),
  );
});

/** JSON with sorted keys. */
function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => sortedText(item)).join()}]`;
  if (!(value instanceof Map)) return writeJson(value);
  return `{${[...value]
    .map(([key, item]) => `${JSON.stringify(key)}:${sortedText(item)}`)
    .sort()
    .join()}}`;
}

test('integer arithmetic is that of big integers, floor division included', () => {
  const operators: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '//': (a, b) => (a - (((a % b) + b) % b)) / b,
    '%': (a, b) => ((a % b) + b) % b,
  };
  const integer = fc.oneof(fc.integer().map(BigInt), fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }));
  fc.assert(
    fc.property(integer, integer, fc.constantFrom(...Object.keys(operators)), (a, b, operator) => {
      fc.pre(b !== 0n);
      assert.equal(run(`{{ (${a}) ${operator} (${b}) }}`), String(operators[operator]?.(a, b)));
    }),
  );
});

test('floats print as Python prints them', () => {
  assert.equal(
    run(
      '{{ v }}',
      variables({ v: [1, 0.5, -0, 1e16, 1e-7, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => new Float(value)) }),
    ),
    '[1.0, 0.5, -0.0, 1e+16, 1e-07, nan, -inf]',
  );
});

test('whatever is broken in a template, the error is one of the project and names a line', () => {
  const good =
    '{% import "h" as h with context %}{% set a = [1, {"k": 2.5}] %}{% for x, y in a|default([])|sort if x is odd recursive %}{{ loop.index ~ "\\n" }}' +
    '{% else %}{# none #}{% endfor %}{% macro m(p, q=none) %}{{ caller(p[1:-1:2]) }}{% endmacro %}{% call(z) m("x", **{"q": 1}) %}{{ z is not in [1] }}{% endcall %}' +
    '{% with b = a.0 // 2 %}{{ "%d-%s"|format(b, -a) }}{% endwith %}{% raw %}{{ }}{% endraw %}{{ a[0]|tojson if a ' +
    'else "{:>5}".format(1) }}{% block c scoped %}{% endblock %}';
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '|',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    "'",
    '"',
    '.',
    ',',
    ' if ',
    ' in ',
    ' is ',
    '=',
    '~',
    '-',
    '1',
    'a',
    '{% endif %}',
    '{% else %}',
    '',
  );
  fc.assert(
    fc.property(fc.nat(good.length), fc.nat(12), piece, (at, length, inserted) => {
      const text = good.slice(0, at) + inserted + good.slice(at + length);
      try {
        run(text, { loader: () => ({ template: compileTemplate({ name: 'h', text: '' }), autoescape: false }) });
      } catch (error) {
        assert.ok(error instanceof BenchmarkError, String(error));
        assert.equal(error.code, 'WORKLOAD_SYNTAX');
        assert.ok((error.problems[0]?.line ?? 0) >= 1);
      }
    }),
    { numRuns: 2000 },
  );
});
