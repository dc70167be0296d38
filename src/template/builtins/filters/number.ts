// Filters about numbers: int, float, round, abs, filesizeformat.
import { Float } from '../../../json.ts';
import { flagArgument, intArgument } from '../../values/arguments.ts';
import { type BoundArguments, functionEntry } from '../../values/call.ts';
import { TemplateFailure } from '../../values/failure.ts';
import { floatOf, intOf, isNumber, negate, round } from '../../values/numbers.ts';
import { fixed } from '../../values/text/number-format.ts';
import { parseFloatText, parseInteger } from '../../values/text/parse-number.ts';
import { isText, type TemplateFunction, textOf, typeName, Undefined, type Value } from '../../values/value.ts';
import { binary } from '../operators.ts';

function toInt([value = null, missing = 0, base]: BoundArguments): Value {
  if (value instanceof Undefined) value.fail();
  if (isText(value)) {
    const float = parseFloatText(textOf(value));
    const integer = parseInteger(textOf(value), intArgument(base, 'base', 10));
    return integer ?? (float === undefined || !Number.isFinite(float) ? missing : intOf(Math.trunc(float)));
  }
  if (typeof value === 'boolean') return Number(value);
  if (!(value instanceof Float)) return isNumber(value) ? value : missing;
  if (Number.isNaN(value.value)) return missing;
  if (!Number.isFinite(value.value)) throw new TemplateFailure('An infinite number is no integer');
  return intOf(Math.trunc(value.value));
}

function toFloat([value = null, missing = new Float(0)]: BoundArguments): Value {
  if (value instanceof Undefined) value.fail();
  if (isNumber(value)) return value instanceof Float ? value : new Float(floatOf(value));
  const float = isText(value) ? parseFloatText(textOf(value)) : undefined;
  return float === undefined ? missing : new Float(float);
}

function roundTo([value = null, precision, method = 'common']: BoundArguments): Value {
  const places = intArgument(precision, 'precision', 0);
  const how = isText(method) ? textOf(method) : '';
  if (how !== 'common' && how !== 'ceil' && how !== 'floor')
    throw new TemplateFailure('"round" takes "common", "ceil" or "floor"');
  if (value instanceof Undefined) value.fail();
  if (!isNumber(value)) throw new TemplateFailure(`"round" needs a number, not a ${typeName(value)}`);
  if (how === 'common') return round(value, places);
  const unit = binary('**', 10, places);
  const scaled = binary('*', value, unit);
  if (!(scaled instanceof Float)) return binary('/', scaled, unit);
  if (!Number.isFinite(scaled.value)) throw new TemplateFailure('"round" needs a finite number');
  return binary('/', intOf(how === 'ceil' ? Math.ceil(scaled.value) : Math.floor(scaled.value)), unit);
}

function absolute([value = null]: BoundArguments): Value {
  if (value instanceof Undefined) value.fail();
  if (!isNumber(value)) throw new TemplateFailure(`"abs" needs a number, not a ${typeName(value)}`);
  if (value instanceof Float) return new Float(Math.abs(value.value));
  if (typeof value === 'boolean') return Number(value);
  return value < 0 ? negate(value) : value;
}

const PREFIXES = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];

function fileSize([value = null, binaryUnits]: BoundArguments): Value {
  const float = toFloat([value, null]);
  if (!(float instanceof Float)) throw new TemplateFailure(`"filesizeformat" needs a number, not a ${typeName(value)}`);
  const bytes = float.value;
  const isBinary = flagArgument(binaryUnits, false);
  const base = isBinary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const index = Math.min(
    PREFIXES.findIndex((_, at) => bytes < base ** (at + 2)) + 1 || PREFIXES.length,
    PREFIXES.length,
  );
  const prefix = PREFIXES[index - 1] ?? '';
  return `${fixed((base * bytes) / base ** (index + 1), 1)} ${isBinary ? `${prefix.toUpperCase()}iB` : `${prefix}B`}`;
}

/** The filters of this file by name. */
export const numberFilters: readonly (readonly [string, TemplateFunction])[] = [
  functionEntry('int', ['value', 'default?', 'base?'], toInt),
  functionEntry('float', ['value', 'default?'], toFloat),
  functionEntry('round', ['value', 'precision?', 'method?'], roundTo),
  functionEntry('abs', ['value'], absolute),
  functionEntry('filesizeformat', ['value', 'binary?'], fileSize),
];
