// Keeps secrets out of logs and messages: those that are known by their value, and those that the name in front of them
// gives away.
import { isSecretName, knownSecrets, secretMask } from '../secrets.ts';

/**
 * Matches the name of a secret. The characters in front are bounded, because otherwise a long text without such a name
 * would be read to its end from each of its characters.
 */
const secretName = '[\\w.-]{0,40}(?:password|passwd|secret|token|access_key_id|api_?key|credential|http_auth)[\\w.-]*';
const patterns: readonly (readonly [RegExp, string])[] = [
  // "basic_auth_password": "x", basic_auth_password:'x', password = x
  [
    new RegExp(`(["']?${secretName}["']?\\s*[:=]\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|\\[[^\\]]*\\]|[^\\s,}\\]]+)`, 'gi'),
    `$1${secretMask}`,
  ],
  // https://user:password@host
  [/(\/\/[^\s/:@]*:)(?:[^\s/@]|@(?=[^\s/]*@))+@/g, `$1${secretMask}@`],
  [
    /((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|apikey|digest)\s+)?[^"',\s}]+/gi,
    `$1${secretMask}`,
  ],
  [/(AWS4-HMAC-SHA256\s+Credential=)[^,\s]+/g, `$1${secretMask}`],
  [/(Signature=)[0-9a-f]+/g, `$1${secretMask}`],
];

/**
 * A text for the log or for an error, without secrets: known ones are masked wherever they are, and unknown ones behind
 * names such as `password:`.
 */
export function redact(text: string): string {
  return knownSecrets.mask(
    patterns.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), text),
  );
}

/** Matches variables of this project whose values may be shown. Any other that begins with `OSB_` may be a secret. */
const harmlessVariable = /^OSB_(?:.*_)?(?:USER|REGION|SERVICE|HOST|PORT)$/;

/** Matches variables that say where something lies, which is no secret. */
const namesPlace = /_(?:FILE|PATH|DIR|DIRECTORY|URL|URI|SOCK)$/i;

/**
 * Registers the secrets that the environment holds: values of variables with such names, and passwords in addresses.
 */
export function registerEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) continue;
    knownSecrets.registerAddresses(value);
    const isSecret = (name.startsWith('OSB_') && !harmlessVariable.test(name)) || isSecretName(name);
    if (isSecret && !namesPlace.test(name)) knownSecrets.register(value);
  }
}
