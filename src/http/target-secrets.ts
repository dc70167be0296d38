// Finds the secrets in `--target-hosts` and `--client-options`, however well or badly these are written.
import { isJsonArray, isJsonObject, type Json } from '../json.ts';
import type { Secrets } from '../secrets.ts';
import type { RawOptions } from './option-values.ts';
import type { TargetCluster } from './target-cluster.ts';

/**
 * Client options whose values may be shown. All others are secret, because one may be misspelt: `basic_auth_pasword`.
 */
const harmlessOptions: ReadonlySet<string> = new Set([
  'amazon_aws_log_in',
  'basic_auth_user',
  'ca_certs',
  'client_cert',
  'client_key',
  'compressed',
  'http_compress',
  'max_retries',
  'opaque_id',
  'region',
  'repeat_on_stale_connection',
  'retry_on_status',
  'retry_on_timeout',
  'service',
  'ssl_assert_hostname',
  'timeout',
  'url_prefix',
  'use_ssl',
  'verify_certs',
]);
/** Keys of a host given as an object whose values may be shown. */
const harmlessHostKeys: ReadonlySet<string> = new Set(['host', 'port', 'scheme', 'url_prefix', 'use_ssl']);
const harmlessHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'cache-control',
  'connection',
  'content-type',
  'user-agent',
]);

/** Notes what is secret in the hosts of a cluster, before anybody checks whether they can be read. */
export function registerHostSecrets(secrets: Secrets, entries: readonly Json[]): void {
  for (const entry of entries) {
    if (typeof entry === 'string') registerUserPart(secrets, entry);
    if (!isJsonObject(entry)) continue;
    for (const [key, value] of entry) {
      if (key === 'host' && typeof value === 'string') registerUserPart(secrets, value);
      if (key === 'http_auth') registerHttpAuth(secrets, value);
      else if (!harmlessHostKeys.has(key)) registerAll(secrets, value);
    }
  }
}

/** Notes what is secret in the options of a cluster, before anybody checks whether they can be read. */
export function registerOptionSecrets(secrets: Secrets, options: RawOptions): void {
  for (const [key, value] of options) {
    if (key === 'http_auth') registerHttpAuth(secrets, value);
    else if (key === 'headers') registerHeaders(secrets, value);
    else if (!harmlessOptions.has(key)) registerAll(secrets, value);
  }
}

/** All secrets of a cluster whose options are parsed, including those that came from files and from the environment. */
export function secretsOf({ endpoints, options }: TargetCluster): readonly string[] {
  const users = [options.basicAuth, ...endpoints.map((endpoint) => endpoint.basicAuth)].flatMap((auth) =>
    auth === null ? [] : [auth],
  );
  const aws = options.sigV4?.credentials;
  return [
    ...users.flatMap(({ user, password }) => [password, Buffer.from(`${user}:${password}`).toString('base64')]),
    ...(aws === undefined
      ? []
      : [aws.accessKeyId, aws.secretAccessKey, ...(aws.sessionToken === null ? [] : [aws.sessionToken])]),
    ...(options.clientKey === null ? [] : [options.clientKey]),
    ...Object.entries(options.headers).flatMap(([name, value]) => headerSecrets(name, value)),
  ];
}

/**
 * Registers the password in `https://user:password@host`, with or without a scheme. In a user part without a colon all
 * of it is secret.
 */
function registerUserPart(secrets: Secrets, entry: string): void {
  const at = entry.lastIndexOf('@');
  if (at < 0) return;
  const user = entry.slice(0, at).replace(/^\s*[A-Za-z][A-Za-z0-9+.-]*:\/\//, '');
  const password = user.slice(user.indexOf(':') + 1);
  secrets.register(password);
  try {
    secrets.register(decodeURIComponent(password));
  } catch {
    // The password is not percent-encoded: that is refused later, and what was typed is registered already.
  }
}

function registerHttpAuth(secrets: Secrets, value: Json): void {
  if (typeof value === 'string') secrets.register(value.slice(value.indexOf(':') + 1));
  else if (isJsonArray(value) && value.length === 2) registerAll(secrets, value[1]);
  else registerAll(secrets, value);
}

function registerHeaders(secrets: Secrets, value: Json): void {
  if (!isJsonObject(value)) registerAll(secrets, value);
  else for (const [name, item] of value) secrets.register(...headerSecrets(name, String(item)));
}

/** The secrets in a header: its value, and what is in it behind a word such as `Bearer` or the name of a cookie. */
function headerSecrets(name: string, value: string): readonly string[] {
  if (harmlessHeaders.has(name.toLowerCase())) return [];
  const parts = value.split(/[\s;,]+/).map((part) => part.replace(/^[\w.-]+=(?!=*$)/, ''));
  return [value, ...parts.filter((part) => part !== value && part.length >= 8)];
}

/** Registers every text and number in a value. */
function registerAll(secrets: Secrets, value: Json | undefined): void {
  if (isJsonArray(value)) for (const item of value) registerAll(secrets, item);
  else if (isJsonObject(value)) for (const item of value.values()) registerAll(secrets, item);
  else if (value !== undefined && value !== null)
    secrets.register(typeof value === 'object' ? undefined : String(value));
}
