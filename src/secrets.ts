// The secrets that this process knows, and how they are kept out of everything that it writes.
//
// A secret is recognised by its value, not by the words around it. Code that learns a secret registers it, and code
// that writes a text for people or into a file passes the text through `mask`.
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import { beginningsOf, patternOf } from './secret-forms.ts';

/** The text that replaces a secret. */
export const secretMask = '*****';

/**
 * Values of fewer characters are not replaced: they occur by chance in many texts, so the gaps in these would tell
 * them. Code must not write such a value into any text.
 */
export const leastSecretLength = 4;
/** A value of digits alone must be longer, or the figures of a test run would be replaced. */
const leastDigits = 8;
/** How many values are kept. A daemon serves many test runs, so beyond that number the oldest ones are forgotten. */
const mostValues = 1000;
/** Words that are values of many harmless options, and so are not replaced. */
const ordinaryWords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'default']);

/** The places where a text may have been cut off within a secret: an ellipsis and the end of a line. */
const cut = /…|\.\.\.(?!\.)|[ \t]*$/gm;

/** A set of values that must not be shown. */
export class Secrets {
  private readonly values = new Set<string>();
  private pattern: RegExp | null = null;
  private beginnings: readonly string[] = [];

  /** Notes values that are secret from now on. Values below {@link leastSecretLength} are ignored. */
  register(...values: readonly (string | null | undefined)[]): void {
    for (const value of values) {
      if (value === null || value === undefined) continue;
      this.add(value);
      // Texts are masked line by line, so each line of a key is noted, too.
      if (value.includes('\n'))
        for (const line of value.split('\n')) if (!line.startsWith('-----')) this.add(line.trim());
    }
  }

  /**
   * Notes what is secret in the addresses in a text: passwords, tokens in the place of a user, and values of the query
   * such as signatures.
   */
  registerAddresses(text: string): void {
    // A password may hold a slash or an "@" that should have been encoded. What begins with a port and a slash is no
    // password but a path.
    for (const [, password] of text.matchAll(/:\/\/[^\s/:@]*:((?!\d+\/)[^\s@]*(?:@(?=[^\s,]*@)[^\s@]*)*)@/g))
      this.registerEncoded(password ?? '');
    // A long user without a password is a token: `https://<token>@host`.
    for (const [, user] of text.matchAll(/:\/\/([^\s/:@?#]{12,})@/g)) this.registerEncoded(user ?? '');
    for (const [address] of text.matchAll(/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>]+/gi)) {
      for (const [, value] of address.matchAll(/[?&][^=&#]+=([^&#]{8,})/g)) this.registerEncoded(value ?? '');
    }
  }

  /** Notes the texts in a JSON value whose names say that they are secret, see {@link isSecretName}. */
  registerNamed(value: Json, isSecret = false): void {
    if (isJsonObject(value)) for (const [name, item] of value) this.registerNamed(item, isSecret || isSecretName(name));
    else if (isJsonArray(value)) for (const item of value) this.registerNamed(item, isSecret);
    else if (isSecret && typeof value === 'string') this.register(value);
  }

  /** A JSON value with masked texts. Names, numbers and the structure stay, so that programs can still read it. */
  maskJson(value: Json): Json {
    if (typeof value === 'string') return this.mask(value);
    if (isJsonArray(value)) return value.map((item) => this.maskJson(item));
    return isJsonObject(value) ? new Map([...value].map(([name, item]) => [name, this.maskJson(item)])) : value;
  }

  /** The text with every known secret replaced by {@link secretMask}, however it is written: see `secret-forms.ts`. */
  mask(text: string): string {
    if (this.values.size === 0) return text;
    this.pattern ??= this.compile();
    return this.maskBeginnings(text.replace(this.pattern, secretMask));
  }

  private registerEncoded(value: string): void {
    this.register(value, decoded(value));
  }

  private add(value: string): void {
    if (value.length < leastSecretLength || ordinaryWords.has(value.toLowerCase())) return;
    if (/^\d+$/.test(value) && value.length < leastDigits) return;
    if (this.values.has(value)) return;
    this.values.add(value);
    this.pattern = null;
    if (this.values.size > mostValues) this.forgetOldest();
  }

  private forgetOldest(): void {
    const [oldest] = this.values;
    if (oldest !== undefined) this.values.delete(oldest);
  }

  private compile(): RegExp {
    // Longer values come first, because a secret may be a part of another one.
    const values = [...this.values].sort((left, right) => right.length - left.length);
    this.beginnings = values.flatMap(beginningsOf);
    return new RegExp(values.map(patternOf).join('|'), 'g');
  }

  private maskBeginnings(text: string): string {
    let masked = '';
    let from = 0;
    for (const { index } of text.matchAll(cut)) {
      const length = this.lengthOfBeginning(text.slice(from, index));
      if (length === 0) continue;
      masked += `${text.slice(from, index - length)}${secretMask}`;
      from = index;
    }
    return masked + text.slice(from);
  }

  /** The length of the longest beginning of a secret with which a text ends; 0 if there is none. */
  private lengthOfBeginning(text: string): number {
    let longest = 0;
    const last = text.at(-1);
    if (last === undefined) return 0;
    for (const whole of this.beginnings) {
      // Only places where the last character of the text occurs can match. Keys are long, so this saves most
      // comparisons.
      let place = whole.lastIndexOf(last, Math.min(whole.length - 2, text.length - 1));
      while (place + 1 >= leastSecretLength && place + 1 > longest) {
        if (text.endsWith(whole.slice(0, place + 1))) longest = place + 1;
        place = whole.lastIndexOf(last, place - 1);
      }
    }
    return longest;
  }
}

/** The secrets of this process, which has one command line, one environment and one log. */
export const knownSecrets = new Secrets();

const secretWords =
  /passw|passphrase|secret|credential|(?:api|access|private)[_-]?key|authorization|http_auth|cookie|signature/i;
/** A token, but no setting of a tokenizer or a count of tokens. */
const secretToken = /token(?!iz|s?[_-]?(?:count|filter|size|chars|limit))/i;

/** Whether the name of an environment variable, a setting or a parameter says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretWords.test(name) || secretToken.test(name);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // A text that is not percent-encoded is registered as it is.
    return null;
  }
}
