// The tests of Jinja2 3.1: `x is odd`.
import { Float } from '../../json.ts';
import { defineFunction, isCallable } from '../values/call.ts';
import { equals, isSame, type OrderOperator, ordered } from '../values/compare.ts';
import { Dict, hashKey } from '../values/dict.ts';
import { contains, iterate } from '../values/iterate.ts';
import { isNumber } from '../values/numbers.ts';
import { print } from '../values/print.ts';
import { isLower, isUpper } from '../values/text/characters.ts';
import {
  type Caller,
  isInt,
  isText,
  Markup,
  Range,
  type TemplateFunction,
  Tuple,
  textOf,
  Undefined,
  type Value,
} from '../values/value.ts';
import { binary } from './operators.ts';

const simple = (name: string, holds: (value: Value) => boolean): [string, TemplateFunction] => [
  name,
  defineFunction(name, ['value'], ([value = null]) => holds(value)),
];

const withOther = (
  names: readonly string[],
  holds: (value: Value, other: Value) => boolean,
): [string, TemplateFunction][] =>
  names.map((name) => [
    name,
    defineFunction(name, ['value', 'other'], ([value = null, other = null]) => holds(value, other)),
  ]);

const orderTests = (operator: OrderOperator, ...names: readonly string[]): [string, TemplateFunction][] =>
  withOther([operator, ...names], (value, other) => ordered(operator, value, other));

const named = (
  name: string,
  table: (caller: Caller) => ReadonlyMap<string, TemplateFunction>,
): [string, TemplateFunction] => [
  name,
  defineFunction(name, ['value'], ([value = null], caller) => {
    hashKey(value);
    return isText(value) && table(caller).has(textOf(value));
  }),
];

const isSequence = (value: Value): boolean =>
  isText(value) ||
  Array.isArray(value) ||
  value instanceof Tuple ||
  value instanceof Dict ||
  value instanceof Range ||
  value instanceof Undefined;

/** All tests by name. */
export const builtinTests: ReadonlyMap<string, TemplateFunction> = new Map([
  simple('defined', (value) => !(value instanceof Undefined)),
  simple('undefined', (value) => value instanceof Undefined),
  simple('none', (value) => value === null),
  simple('boolean', (value) => typeof value === 'boolean'),
  simple('true', (value) => value === true),
  simple('false', (value) => value === false),
  simple('integer', isInt),
  simple('float', (value) => value instanceof Float),
  simple('number', isNumber),
  simple('string', isText),
  simple('mapping', (value) => value instanceof Dict),
  simple('sequence', isSequence),
  simple('iterable', (value) => iterate(value) !== undefined),
  simple('callable', isCallable),
  simple('escaped', (value) => value instanceof Markup),
  simple('lower', (value) => isLower(print(value))),
  simple('upper', (value) => isUpper(print(value))),
  simple('odd', (value) => equals(binary('%', value, 2), 1)),
  simple('even', (value) => equals(binary('%', value, 2), 0)),
  [
    'divisibleby',
    defineFunction('divisibleby', ['value', 'num'], ([value = null, divisor = null]) =>
      equals(binary('%', value, divisor), 0),
    ),
  ],
  named('filter', (caller) => caller.filters),
  named('test', (caller) => caller.tests),
  ...withOther(['sameas'], isSame),
  ...withOther(['in'], (value, other) => contains(other, value)),
  ...withOther(['==', 'eq', 'equalto'], equals),
  ...withOther(['!=', 'ne'], (value, other) => !equals(value, other)),
  ...orderTests('>', 'gt', 'greaterthan'),
  ...orderTests('>=', 'ge'),
  ...orderTests('<', 'lt', 'lessthan'),
  ...orderTests('<=', 'le'),
]);
