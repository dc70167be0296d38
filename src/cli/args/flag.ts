// Flags of commands as data: their names, their grammar, their defaults and what the help says about them.
import { secretMask } from '../../secrets.ts';

/** Says why a value cannot be read. The parser adds the name of the flag. */
export class ValueProblem extends Error {}

/**
 * How many values a flag takes: none if it is a switch, one, one or none (`optional`), or all up to the next flag
 * (`many`).
 */
export type Arity = 'none' | 'one' | 'optional' | 'many';

/** A flag whose value has the type `T`. */
export interface Flag<T> {
  /** The long name without dashes, e.g. `test-run-id`. */
  readonly long: string;
  /** Short names without dash; may have several letters, e.g. `tid`. */
  readonly shorts: readonly string[];
  /** Long names of older versions, accepted silently and not shown. */
  readonly aliases: readonly string[];
  readonly arity: Arity;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  /** The words that are allowed; empty = any text. */
  readonly choices: readonly string[];
  readonly description: string;
  /** Heading in the help. */
  readonly group: string;
  readonly isHidden: boolean;
  readonly isRequired: boolean;
  /** The default as the help shows it; `null` = nothing is shown. */
  readonly defaultText: string | null;
  /** The value of the flag when it is absent. */
  readonly fallback: T;
  /** Reads the texts that were given (none for a switch). Throws {@link ValueProblem}. */
  parse(texts: readonly string[]): T;
  /** The value as the log shows it. */
  show(value: T): string;
  /** What the flag would do if it is not built yet: a value with an effect is then refused. `null` = it is built. */
  readonly notBuilt: string | null;
  /** Whether a value has no effect, so that even a flag that is not built may carry it. */
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
  /** Whether the value may hold secrets: the log then only shows that it was given. */
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

/** Makes a flag with a value: one, or by its `arity` an optional one or several, which are joined by commas. */
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
      if (choices.length > 0 && !choices.includes(text))
        throw new ValueProblem(`invalid choice '${text}' (choose from ${choices.join(', ')})`);
      return value.parse(text);
    },
    show: (parsed) => (value.isSecret === true ? secretMask : shownValue(parsed)),
    isWithoutEffect: value.isWithoutEffect ?? sameAs(value.fallback),
  };
}

/** Makes a flag without a value, which is `false` if it is absent. */
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

/** Makes a flag whose value is one of a few words. */
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
