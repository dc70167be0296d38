// The secrets that this process knows, and the one way in which they are kept out of everything that is written.
//
// A secret is recognised by its value, wherever it comes from and whatever stands in front of it: whoever learns a secret registers it, and whoever
// writes a text for people or for a file lets it through `mask`.
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import { beginningsOf, patternOf } from './secret-forms.ts';

/** What stands in the place of a secret. */
export const secretMask = '*****';

/**
 * A shorter value is not replaced: it would turn up by chance in every other line, and what is left of the text would tell it.
 * Such a value is kept out of texts only by never being written there.
 */
export const leastSecretLength = 4;
/** A value of digits alone must be longer, or the figures of a test run would be replaced. */
const leastDigits = 8;
/** Values that are kept; beyond these the oldest are forgotten, for a daemon serves many test runs. */
const mostValues = 1000;
/** Words that are the value of many harmless options. */
const ordinaryWords: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'default']);

/** A text may be cut off behind the beginning of a secret: at an ellipsis, or at the end of a line. */
const cut = /…|\.\.\.(?!\.)|[ \t]*$/gm;

/** Values that must not be shown. */
export class Secrets {
  private readonly values = new Set<string>();
  private pattern: RegExp | null = null;
  private beginnings: readonly string[] = [];

  /** Notes values that are secret from now on; those too short to be replaced are passed over, see {@link leastSecretLength}. */
  register(...values: readonly (string | null | undefined)[]): void {
    for (const value of values) {
      if (value === null || value === undefined) continue;
      this.add(value);
      // Logs are read by line: each line of a key counts by itself.
      if (value.includes('\n')) for (const line of value.split('\n')) if (!line.startsWith('-----')) this.add(line.trim());
    }
  }

  /** Notes what is secret in the addresses that a text holds: the user part, and the values of the query (signatures, tokens). */
  registerAddresses(text: string): void {
    // A password may hold a slash or an "@" that should have been encoded; what begins with a port is a path.
    for (const [, password] of text.matchAll(/:\/\/[^\s/:@]*:((?!\d+\/)[^\s@]*(?:@(?=[^\s,]*@)[^\s@]*)*)@/g)) this.registerEncoded(password ?? '');
    // A user alone is a token if it is long: `https://<token>@host`.
    for (const [, user] of text.matchAll(/:\/\/([^\s/:@?#]{12,})@/g)) this.registerEncoded(user ?? '');
    for (const [address] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi)) {
      for (const [, value] of address.matchAll(/[?&][^=&#]+=([^&#]{8,})/g)) this.registerEncoded(value ?? '');
    }
  }

  /** Notes the texts in a value whose names promise a secret, see {@link isSecretName}. */
  registerNamed(value: Json, isSecret = false): void {
    if (isJsonObject(value)) for (const [name, item] of value) this.registerNamed(item, isSecret || isSecretName(name));
    else if (isJsonArray(value)) for (const item of value) this.registerNamed(item, isSecret);
    else if (isSecret && typeof value === 'string') this.register(value);
  }

  /** A value whose texts are masked; names, numbers and the shape stay, so that it can still be read by programs. */
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
    // The longest first: a secret may be a part of another one.
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

  /** Of the longest beginning of a secret with which the text ends; 0 if there is none. */
  private lengthOfBeginning(text: string): number {
    let longest = 0;
    const last = text.at(-1);
    if (last === undefined) return 0;
    for (const whole of this.beginnings) {
      // From one place of the last character to the one before it: a key is long, and nearly no text ends in its beginning.
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

/** Does a name promise that its value is a secret? For environment variables, settings and parameters, whose names others choose. */
export function isSecretName(name: string): boolean {
  return /passw|passphrase|secret|credential|api[_-]?key|access[_-]?key|private[_-]?key|authorization|http_auth|cookie|signature|token(?!iz|s?[_-]?(?:count|filter|size|chars|limit))/i.test(
    name,
  );
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    // It is not percent-encoded; then it stands for itself.
    return null;
  }
}
