// The functions that every template knows: range, dict, cycler, joiner, namespace, lipsum.
import { flagArgument, intArgument } from '../values/arguments.ts';
import { defineFunction } from '../values/call.ts';
import { Dict } from '../values/dict.ts';
import { TemplateFailure } from '../values/failure.ts';
import { MAX_RANGE } from '../values/limits.ts';
import { print } from '../values/print.ts';
import {
  AttributeObject,
  Callable,
  Markup,
  Namespace,
  Range,
  type TemplateFunction,
  type Value,
} from '../values/value.ts';
import { fill } from './methods/dict.ts';

const range = defineFunction('range', ['start', 'stop?', 'step?'], ([first, second, third]) => {
  const start = second === undefined ? 0 : intArgument(first, 'start');
  const stop = intArgument(second === undefined ? first : second, 'stop');
  const step = intArgument(third, 'step', 1);
  if (step === 0) throw new TemplateFailure('The step of a range cannot be zero');
  const made = new Range(start, stop, step);
  if (made.length > MAX_RANGE)
    throw new TemplateFailure(`A range of ${made.length} items is too long; ${MAX_RANGE} is the limit`);
  return made;
});

class Cycler extends AttributeObject {
  readonly typeName = 'Cycler';
  private readonly items: readonly Value[];
  private position = 0;

  constructor(items: readonly Value[]) {
    super();
    if (items.length === 0) throw new TemplateFailure('"cycler" needs at least one value');
    this.items = items;
  }

  attribute(name: string): Value | undefined {
    if (name === 'current') return this.current();
    if (name === 'pos') return this.position;
    if (name === 'next') return new Callable('next', () => this.advance());
    return name === 'reset' ? new Callable('reset', () => this.reset()) : undefined;
  }

  private current(): Value {
    return this.items[this.position] ?? null;
  }

  private advance(): Value {
    const value = this.current();
    this.position = (this.position + 1) % this.items.length;
    return value;
  }

  private reset(): Value {
    this.position = 0;
    return null;
  }
}

class Joiner extends AttributeObject {
  readonly typeName = 'Joiner';
  private isUsed = false;
  override readonly call: TemplateFunction;

  constructor(separator: Value) {
    super();
    this.call = () => {
      if (this.isUsed) return separator;
      this.isUsed = true;
      return '';
    };
  }

  attribute(name: string): Value | undefined {
    return name === 'used' ? this.isUsed : undefined;
  }
}

const namespace: TemplateFunction = (args) => {
  const made = new Namespace();
  for (const [key, value] of fill(new Dict(), args).pairs()) made.attributes.set(print(key), value);
  return made;
};

const WORDS = [
  ...['lorem', 'ipsum', 'dolor', 'sit', 'amet', 'consectetur', 'adipiscing', 'elit', 'sed', 'do'],
  ...['eiusmod', 'tempor', 'incididunt', 'ut', 'labore', 'et', 'dolore', 'magna', 'aliqua'],
];

/** Filler text in paragraphs of random words. */
const lipsum = defineFunction('lipsum', ['n?', 'html?', 'min?', 'max?'], ([count, html, least, most]) => {
  const min = intArgument(least, 'min', 20);
  const max = intArgument(most, 'max', 100);
  const paragraphs = Array.from({ length: Math.min(intArgument(count, 'n', 5), 1000) }, () => {
    const length = Math.min(min + Math.floor(Math.random() * Math.max(1, max - min)), 10_000);
    const words = Array.from({ length }, () => WORDS[Math.floor(Math.random() * WORDS.length)] ?? '').join(' ');
    return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
  });
  return flagArgument(html, true)
    ? new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n'))
    : paragraphs.join('\n\n');
});

/**
 * All globals by name. A template may hide them by variables of its own. They are functions, so all renders can share
 * them.
 */
export const builtinGlobals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Callable('range', range, 'type')],
  ['dict', new Callable('dict', (args) => fill(new Dict(), args), 'type')],
  ['cycler', new Callable('jinja2.utils.Cycler', ({ positional }) => new Cycler(positional), 'type')],
  [
    'joiner',
    new Callable(
      'jinja2.utils.Joiner',
      defineFunction('joiner', ['sep?'], ([separator = ', ']) => new Joiner(separator)),
      'type',
    ),
  ],
  ['namespace', new Callable('jinja2.utils.Namespace', namespace, 'type')],
  ['lipsum', new Callable('generate_lorem_ipsum', lipsum)],
]);
