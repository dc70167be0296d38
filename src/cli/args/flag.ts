// A flag of a command as data: its names, its grammar, its default and what help says about it.
import { secretMask } from '../../secrets.ts';

/** A value that cannot be read; the parser adds the name of the flag. */
export class ValueProblem extends Error {}

/** `none`: a switch. `optional`: may stand without a value. `many`: takes all values up to the next flag. */
export type Arity = 'none' | 'one' | 'optional' | 'many';

export interface Flag<T> {
  /** The long name without dashes, e.g. `test-run-id`. */
  readonly long: string;
  /** Short names without dash; may have several letters, e.g. `tid`. */
  readonly shorts: readonly string[];
  /** Long names of older versions, accepted silently and not shown. */
  readonly aliases: readonly string[];
  readonly arity: Arity;
  readonly placeholder: string;
  readonly choices: readonly string[];
  readonly description: string;
  /** Heading in help. */
  readonly group: string;
  readonly isHidden: boolean;
  readonly isRequired: boolean;
  /** The default as help shows it; `null` = nothing to show. */
  readonly defaultText: string | null;
  /** The value of the flag when it is absent. */
  readonly fallback: T;
  /** Reads the texts that were given (none for a switch). Throws {@link ValueProblem}. */
  parse(texts: readonly string[]): T;
  /** The value as the log shows it. */
  show(value: T): string;
  /** What the flag would do, if that is not built yet; a value with an effect is then refused. */
  readonly notBuilt: string | null;
  /** Has this value no effect, so that even a flag that is not built may carry it? */
  isWithoutEffect(value: T): boolean;
}

/** The flags of a command by the names that its code uses. */
export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The typed values of the flags of a command. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: F[Name] extends Flag<infer T> ? T : never };

interface Description {
  readonly short?: string | readonly string[];
  readonly aliases?: readonly string[];
  readonly description: string;
  readonly group: string;
  readonly isHidden?: boolean;
  readonly notBuilt?: string;
  /** The value may hold secrets: the log shows only that it was given. */
  readonly isSecret?: boolean;
}

interface ValueDescription<T> extends Description {
  readonly arity?: 'one' | 'optional' | 'many';
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly isRequired?: boolean;
  readonly defaultText?: string | null;
  readonly fallback: T;
  readonly parse: (text: string) => T;
  readonly isWithoutEffect?: (value: T) => boolean;
}

const sameAs =
  <T>(fallback: T) =>
  (value: T): boolean =>
    JSON.stringify(value) === JSON.stringify(fallback);

const describe = (long: string, description: Description) => ({
  long,
  shorts: description.short === undefined ? [] : [description.short].flat(),
  aliases: description.aliases ?? [],
  description: description.description,
  group: description.group,
  isHidden: description.isHidden ?? false,
  notBuilt: description.notBuilt ?? null,
});

/** A flag with one value (or, with `arity`, an optional one or several, joined by commas). */
export function valueFlag<T>(long: string, value: ValueDescription<T>): Flag<T> {
  const choices = value.choices ?? [];
  return {
    ...describe(long, value),
    arity: value.arity ?? 'one',
    placeholder: value.placeholder ?? long.split('-').at(-1)?.toUpperCase() ?? 'VALUE',
    choices,
    isRequired: value.isRequired ?? false,
    defaultText: value.defaultText === undefined ? textOf(value.fallback) : value.defaultText,
    fallback: value.fallback,
    parse: (texts) => {
      const text = texts.join(',');
      if (choices.length > 0 && !choices.includes(text)) throw new ValueProblem(`invalid choice '${text}' (choose from ${choices.join(', ')})`);
      return value.parse(text);
    },
    show: (parsed) => (value.isSecret === true ? secretMask : shownValue(parsed)),
    isWithoutEffect: value.isWithoutEffect ?? sameAs(value.fallback),
  };
}

/** A flag without value: absent = false. */
export function switchFlag(long: string, description: Description): Flag<boolean> {
  return {
    ...describe(long, description),
    arity: 'none',
    placeholder: '',
    choices: [],
    isRequired: false,
    defaultText: null,
    fallback: false,
    parse: () => true,
    show: shownValue,
    isWithoutEffect: (value) => !value,
  };
}

/** A flag whose value is one of a few words. */
export function choiceFlag<const C extends string>(
  long: string,
  choice: Description & { readonly choices: readonly C[]; readonly fallback: C; readonly defaultText?: string | null },
): Flag<C> {
  const read = (text: string): C => choice.choices.find((word) => word === text) ?? choice.fallback;
  return valueFlag<C>(long, { ...choice, parse: read, placeholder: `{${choice.choices.join(',')}}` });
}

const shownValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function textOf(value: unknown): string | null {
  if (value === null || value === '' || value === undefined) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(',');
  return String(value);
}
