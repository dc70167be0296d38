// What workload templates know beyond Jinja2: two filters, two globals, and the macros of `benchmark.helpers`.
import { Float } from '../json.ts';
import {
  type Callable,
  callable,
  defineFunction,
  isText,
  represent,
  TemplateFailure,
  type TemplateFunction,
  textOf,
  typeName,
  type Value,
} from '../template/engine.ts';
import type { EpochMillis } from '../units.ts';
import { globFiles } from './glob.ts';

const SECONDS_PER_DAY = 86_400;
const DATE = /^(\d{1,2})-(\d{1,2})-(\d{4})$/;

/** The name under which templates import the macros. */
export const HELPERS_NAME = 'benchmark.helpers';

/**
 * The template with the macros. `collect(parts)` includes the files that match, separated by commas;
 * `exists_set_param(name, value, default, comma)` writes a JSON property if there is a value for it. It is rendered
 * without autoescape.
 */
export const HELPERS_SOURCE = `{%- macro collect(parts) -%}
{%- set separator = joiner(",") -%}
{%- for part in glob(parts) %}{{ separator() }}
{% include part %}{% endfor -%}
{%- endmacro -%}
{%- macro exists_set_param(setting_name, value, default_value=None, comma=True) -%}
{%- if value is defined or default_value is not none -%}
{% if comma %}, {% endif %}"{{ setting_name }}": {{ (value if value is defined else default_value) | tojson }}
{%- endif -%}
{%- endmacro -%}
`;

/**
 * The filter `start | days_ago(end)`: whole days from start to end. Dates are `dd-mm-yyyy` texts or epoch seconds as a
 * float, both UTC.
 */
export const daysAgo: TemplateFunction = defineFunction('days_ago', ['start', 'end'], ([start = null, end = null]) =>
  Math.floor((epochSeconds(end) - epochSeconds(start)) / SECONDS_PER_DAY),
);

/** The filter `version | version_between(from, to)`: both ends belong to the range. Versions are integers with dots. */
export const versionBetween: TemplateFunction = defineFunction(
  'version_between',
  ['version', 'from', 'to'],
  ([version = null, from = null, to = null]) => {
    const parts = versionParts(version);
    return compareParts(versionParts(from), parts) <= 0 && compareParts(parts, versionParts(to)) <= 0;
  },
);

/** The global `now`: seconds since 1970, with fractions. */
export const nowGlobal = (wallTime: () => EpochMillis): Float => new Float(wallTime() / 1000);

/** The global `glob(pattern)`: paths relative to the directory of the workload, sorted. */
export const globGlobal = (directory: string): Callable =>
  callable('glob', ['pattern'], ([pattern = null]) => [...globFiles(directory, requireText(pattern, 'glob'))]);

function epochSeconds(value: Value): number {
  if (value instanceof Float) return value.value;
  if (!isText(value))
    throw new TemplateFailure(
      `days_ago cannot read a date from a value of type ${typeName(value)}`,
      'Give a text such as "31-12-1999", or now.',
    );
  const match = DATE.exec(textOf(value));
  const [day = 0, month = 0, year = 0] = (match ?? []).slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (match === null || date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) {
    throw new TemplateFailure(
      `days_ago cannot read the date ${represent(value)}`,
      'Dates are written day-month-year: "31-12-1999".',
    );
  }
  return date.getTime() / 1000;
}

function versionParts(value: Value): readonly number[] {
  const text = requireText(value, 'version_between');
  if (!/^\d+(\.\d+)*$/.test(text)) {
    throw new TemplateFailure(
      `version_between cannot read the version ${represent(value)}`,
      'Versions are integers with dots, such as "2.11.0".',
    );
  }
  return text.split('.').map(Number);
}

function requireText(value: Value, user: string): string {
  if (isText(value)) return textOf(value);
  throw new TemplateFailure(`${user} needs a text, not a value of type ${typeName(value)}`);
}

function compareParts(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((part, position) => part !== right[position]);
  if (index === -1) return left.length - right.length;
  const other = right[index];
  return other === undefined ? 1 : (left[index] ?? 0) - other;
}
