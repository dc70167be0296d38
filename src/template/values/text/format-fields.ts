// The method `format` of texts with Python's replacement fields: `'{0} {name!r:>8}'.format(...)`.
import { Dict } from '../dict.ts';
import { TemplateFailure } from '../failure.ts';
import { itemAt } from '../iterate.ts';
import { print, represent } from '../print.ts';
import { type Arguments, AttributeObject, isText, Undefined, type Value, valueOr } from '../value.ts';
import { formatWithSpec } from './format-spec.ts';

/** Gets the text of each field and gives what is written for it: the place where markup escapes. */
export type FieldPrinter = (text: string, value: Value, converted: boolean) => string;

/** A format with its `{...}` fields replaced by arguments. Fails if a field has no argument. */
export function formatFields(format: string, args: Arguments, printer: FieldPrinter = (text) => text): string {
  return new FieldFormatter(args, printer).format(format, 2);
}

class FieldFormatter {
  private readonly args: Arguments;
  private readonly printer: FieldPrinter;
  /**
   * How many fields without a number there were so far; `null` once a field has a number, which excludes the other
   * kind.
   */
  private automatic: number | null = 0;

  constructor(args: Arguments, printer: FieldPrinter) {
    this.args = args;
    this.printer = printer;
  }

  format(text: string, depth: number): string {
    if (depth < 0) throw new TemplateFailure('The fields of this format nest too deeply');
    let result = '';
    let position = 0;
    while (position < text.length) {
      const character = text.charAt(position);
      if ((character === '{' || character === '}') && text.charAt(position + 1) === character) {
        result += character;
        position += 2;
      } else if (character === '{') {
        const end = closing(text, position);
        result += this.field(text.slice(position + 1, end), depth);
        position = end + 1;
      } else if (character === '}')
        throw new TemplateFailure('There is a single "}" in the format', 'Write "}}" for a brace.');
      else {
        result += character;
        position++;
      }
    }
    return result;
  }

  private field(body: string, depth: number): string {
    const match = /^((?:[^[\]!:{}]|\[[^\]]*\])*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(body);
    if (match === null) throw new TemplateFailure(`"{${body}}" is not a field`);
    const [, name = '', conversion, rawSpec = ''] = match;
    const value = this.lookUp(name);
    const spec = this.format(rawSpec, depth - 1);
    if (conversion === undefined) return this.printer(formatWithSpec(value, spec), value, spec !== '');
    if (conversion !== 's' && conversion !== 'r' && conversion !== 'a')
      throw new TemplateFailure(`"!${conversion}" is not a conversion`);
    const text = conversion === 's' ? print(value) : represent(value);
    return this.printer(formatWithSpec(text, spec), text, spec !== '');
  }

  private lookUp(name: string): Value {
    const [, first = '', path = ''] = /^([^.[]*)([\s\S]*)$/.exec(name) ?? [];
    let value = this.argument(first);
    for (const [, attribute, index] of path.matchAll(/\.([^.[]*)|\[([^\]]*)\]/g)) {
      value = valueOr(index === undefined ? attributeOf(value, attribute ?? '') : itemOf(value, index), () =>
        fail(name),
      );
    }
    return value;
  }

  private argument(name: string): Value {
    if (name !== '' && !/^\d+$/.test(name)) return valueOr(this.args.named.get(name), () => fail(name));
    if (name === '') {
      if (this.automatic === null) throw mixed();
      return valueOr(this.args.positional[this.automatic++], () => fail(name));
    }
    if (this.automatic !== null && this.automatic > 0) throw mixed();
    this.automatic = null;
    return valueOr(this.args.positional[Number(name)], () => fail(name));
  }
}

function fail(name: string): never {
  throw new TemplateFailure(`There is no argument for the field "{${name}}"`);
}

const mixed = (): TemplateFailure => new TemplateFailure('Fields are either all numbered ("{0}") or all not ("{}")');

/** The brace that closes the one at `start`, passing over nested ones. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  throw new TemplateFailure('There is a single "{" in the format', 'Write "{{" for a brace.');
}

function attributeOf(value: Value, name: string): Value | undefined {
  if (value instanceof Undefined) value.fail();
  return value instanceof AttributeObject && !name.startsWith('_') ? value.attribute(name) : undefined;
}

function itemOf(value: Value, index: string): Value | undefined {
  if (value instanceof Undefined) value.fail();
  const key = /^\d+$/.test(index) ? Number(index) : index;
  if (value instanceof Dict) return value.get(key);
  return typeof key === 'number' && !isText(value) ? itemAt(value, key) : undefined;
}
