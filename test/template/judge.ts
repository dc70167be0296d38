// Runs a recorded case: a template in the surroundings in which the real Jinja2 rendered it.
import { Float, type JsonObject } from '../../src/json.ts';
import {
  callable,
  compileTemplate,
  defineFunction,
  discoverParameters,
  escapesByName,
  isText,
  type LoadedTemplate,
  render,
  TemplateFailure,
  type TemplateFunction,
  textOf,
  type Value,
  valueFromJson,
} from '../../src/template/engine.ts';

/** What one case gives the engine. */
export interface JudgeCase {
  readonly template: string;
  readonly params: JsonObject;
  /** Other files of the folder, by relative path. */
  readonly files: ReadonlyMap<string, string>;
}

export type Verdict =
  | { readonly text: string; readonly known: readonly string[] }
  | { readonly stage: 'syntax' | 'render'; readonly message: string; readonly known: readonly string[] | null };

const NOW = new Float(1767225600.25);
const COLLECT = /\{\{ +benchmark\.collect\(parts="([^"]*)"\) +\}\}/g;

const HELPERS = `{% macro collect(parts) %}{% set comma = joiner() %}
            {% for part in glob(parts) %}
                {{ comma() }}
                {% include part %}
            {% endfor %}{% endmacro %}
{% macro exists_set_param(setting_name, value, default_value=None, comma=True) %}{% if value is defined or default_value is not none %}
                {% if comma %} , {% endif %}
                {% if value is defined %}
                  "{{ setting_name }}": {{ value | tojson }}
                {% else %}
                  "{{ setting_name }}": {{ default_value | tojson }}
                {% endif %}
              {% endif %}{% endmacro %}`;

function globFiles(files: ReadonlyMap<string, string>, base: string, pattern: string): string[] {
  const parts = `${base}${pattern}`.split('/');
  for (let up = parts.indexOf('..'); up > 0; up = parts.indexOf('..')) parts.splice(up - 1, 2);
  const expression = new RegExp(`^${parts.join('/').replace(/[.+]/g, '\\$&').replaceAll('*', '[^/]*')}$`);
  return [...files.keys()].filter((name) => expression.test(name)).sort();
}

/** The textual `benchmark.collect`: patterns are relative to the file they stand in. */
function assemble(text: string, files: ReadonlyMap<string, string>, base: string): string {
  return text.replace(COLLECT, (_, pattern: string) => {
    const inner = globFiles(files, base, pattern).map((name) =>
      assemble(files.get(name) ?? '', files, name.slice(0, name.lastIndexOf('/') + 1)),
    );
    return inner.join(',\n');
  });
}

const required = (value: Value | undefined): string => {
  if (value === undefined || !isText(value)) throw new TemplateFailure('a text is needed');
  return textOf(value);
};

/** Seconds since 1970. */
function secondsOf(value: Value): number {
  if (value instanceof Float) return value.value;
  const match = /^(\d{2})-(\d{2})-(\d{4})$/.exec(required(value));
  if (match === null) throw new TemplateFailure('not a date');
  return Date.UTC(Number(match[3]), Number(match[2]) - 1, Number(match[1])) / 1000;
}

const daysAgo: TemplateFunction = defineFunction('days_ago', ['start', 'end'], ([start = null, end = null]) =>
  Math.floor((secondsOf(end) - secondsOf(start)) / 86_400),
);

const versionOf = (value: Value | undefined): readonly number[] =>
  required(value)
    .split('.')
    .map((part) => {
      if (!/^\d+$/.test(part)) throw new TemplateFailure('not a version');
      return Number(part);
    });

const comparable = (value: Value | undefined): string =>
  versionOf(value)
    .map((part) => String(part).padStart(9, '0'))
    .join('.');

const versionBetween: TemplateFunction = defineFunction(
  'version_between',
  ['version', 'from', 'to'],
  ([version, from, to]) => {
    const own = comparable(version);
    return comparable(from) <= own && own <= comparable(to);
  },
);

/** Renders a case as the original would. */
export function judgeCase({ template, params, files }: JudgeCase): Verdict {
  const glob = callable('glob', ['pattern'], ([pattern]) => globFiles(files, '', required(pattern)));
  const globals = new Map<string, Value>([...params].map(([name, json]) => [name, valueFromJson(json)]));
  globals.set('now', NOW).set('glob', glob);
  let known: readonly string[] | null = null;
  try {
    const compiled = compileTemplate({ name: 'workload.json', text: assemble(template, files, '') });
    known = [...discoverParameters(compiled, { knownNames: ['now', 'glob'], filters: ['days_ago'] })].sort();
    const text = render(compiled, {
      globals,
      autoescape: true,
      filters: new Map([
        ['days_ago', daysAgo],
        ['version_between', versionBetween],
      ]),
      loader: (name) => load(name, files),
    });
    return { text, known };
  } catch (error) {
    return {
      stage: known === null ? 'syntax' : 'render',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      known,
    };
  }
}

function load(name: string, files: ReadonlyMap<string, string>): LoadedTemplate | null {
  if (name === 'benchmark.helpers') return { template: compileTemplate({ name, text: HELPERS }), autoescape: false };
  const text = name.split('/').includes('..') ? undefined : files.get(name);
  return text === undefined ? null : { template: compileTemplate({ name, text }), autoescape: escapesByName(name) };
}
