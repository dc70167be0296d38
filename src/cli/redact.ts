// Keeps secrets out of logs: by the names that they go by, and by value once they are known.

const mask = '*****';
const secretName = '[\\w.-]*(?:password|passwd|secret|token|access_key_id|api_?key|credential|http_auth)[\\w.-]*';
const patterns: readonly (readonly [RegExp, string])[] = [
  // "basic_auth_password": "x", basic_auth_password:'x', password = x
  [new RegExp(`(["']?${secretName}["']?\\s*[:=]\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|\\[[^\\]]*\\]|[^\\s,}\\]]+)`, 'gi'), `$1${mask}`],
  // https://user:password@host
  [/(\/\/[^\s/:@]*:)(?:[^\s/@]|@(?=[^\s/]*@))+@/g, `$1${mask}@`],
  [/((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|apikey|digest)\s+)?[^"',\s}]+/gi, `$1${mask}`],
  [/(AWS4-HMAC-SHA256\s+Credential=)[^,\s]+/g, `$1${mask}`],
  [/(Signature=)[0-9a-f]+/g, `$1${mask}`],
];

/** Masks secrets in a text. Values that were registered are masked wherever they occur. */
export class Redactor {
  private readonly values = new Set<string>();

  /** Short values would mask half of every text; they are still masked by the name in front of them. */
  register(value: string | null | undefined): void {
    if (value !== null && value !== undefined && value.length >= 4) this.values.add(value);
  }

  redact(text: string): string {
    const byName = patterns.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), text);
    return [...this.values].sort((left, right) => right.length - left.length).reduce((current, value) => current.replaceAll(value, mask), byName);
  }
}

/** Registers the secrets that the environment holds. */
export function registerEnvironment(redactor: Redactor, variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (/password|secret|token|access_key_id|credential/i.test(name)) redactor.register(value);
  }
}
