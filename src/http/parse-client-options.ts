// Makes the options of one cluster from what the user gave. They have the names that OpenSearch Benchmark gives them.
import { BenchmarkError, messageOf, type Problem } from '../errors.ts';
import { isJsonArray, type Json } from '../json.ts';
import { UnreadableText } from '../text-file.ts';
import type { AwsCredentials, BasicAuth, ClientOptions, SigV4Options } from './client-options.ts';
import { defaultClientOptions } from './client-options.ts';
import { headerProblem } from './header-fields.ts';
import type { ReadFile } from './key-value-text.ts';
import { OptionValues, type RawOptions } from './option-values.ts';
import { loadSessionCredentials, type SessionCredentials } from './session-credentials.ts';
import { makeSecureContext } from './wire-context.ts';

/** Where values may come from besides the options: the environment, files, and the AWS session. */
export interface OptionSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly loadSession?: () => Promise<SessionCredentials>;
}

/** The options of one cluster with all that is wrong with them. */
export interface ParsedOptions {
  readonly options: ClientOptions;
  /** Path in front of every request, from the option `url_prefix`; the one of a target beats it. */
  readonly urlPrefix: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Whether the user gave a time limit. */
  readonly hasTimeout: boolean;
}

/** The time limit in seconds where options are given without `timeout`, as in OpenSearch Benchmark. */
export const timeoutOfGivenOptions = 10;

const UNSUPPORTED: Readonly<Record<string, string>> = {
  static_responses:
    'canned answers without a network are not supported; ' +
    'run the canned target of this project (bench/target.ts) instead',
  ssl_assert_fingerprint: 'pinning by fingerprint is not supported; give that certificate as ca_certs',
  ssl_version: 'the version of TLS is negotiated; it cannot be set',
};
const SNIFFING = ['sniff_on_start', 'sniff_on_connection_fail', 'sniffer_timeout', 'sniff_timeout'];
/** Options of the Python client that have no counterpart here and need none. */
const NEEDLESS = [
  'max_connections',
  'maxsize',
  'pool_maxsize',
  'enable_cleanup_closed',
  'ssl_show_warn',
  'ssl_context',
  'port',
];

/**
 * Reads the options of one cluster; `isGiven` tells whether the user gave any, for any cluster. Options without effect
 * are warned of. Never rejects: what cannot be read is among the problems.
 */
export async function parseClientOptions(
  raw: RawOptions,
  cluster: string,
  isGiven: boolean,
  sources: OptionSources,
): Promise<ParsedOptions> {
  const values = new OptionValues(raw, cluster);
  const warnings: string[] = [];
  refuseUnsupported(values);
  const files = readCertificates(values, sources);
  const sigV4 = await readSigV4(values, sources);
  if (sigV4 !== null && !values.flag('verify_certs', true))
    warnings.push('verify_certs:false has no effect with amazon_aws_log_in.');
  const options: ClientOptions = {
    timeout: values.number('timeout', isGiven ? timeoutOfGivenOptions : defaultClientOptions.timeout, 0.001, false),
    useTls: values.flag('use_ssl', false) || sigV4 !== null,
    verifyCertificates: values.flag('verify_certs', true) || sigV4 !== null,
    verifyHostName: values.flag('ssl_assert_hostname', true),
    ...files,
    basicAuth: readBasicAuth(values, sources, sigV4 !== null),
    sigV4,
    compressRequests: readCompression(values, warnings),
    maxRetries: values.number('max_retries', defaultClientOptions.maxRetries, 0, true),
    retryOnStatus: values.statuses('retry_on_status', defaultClientOptions.retryOnStatus),
    retryOnTimeout: values.flag('retry_on_timeout', false),
    repeatOnStaleConnection: values.flag('repeat_on_stale_connection', defaultClientOptions.repeatOnStaleConnection),
    headers: readHeaders(values),
    opaqueId: readOpaqueId(values),
  };
  const urlPrefix = values.text('url_prefix') ?? '';
  for (const key of NEEDLESS) values.raw(key);
  for (const key of values.unknownKeys())
    warnings.push(`The client option ${JSON.stringify(key)} is not known and has no effect.`);
  return { options, urlPrefix, problems: values.problems, warnings, hasTimeout: values.has('timeout') };
}

/** True for the path of a problem about an option that works in OpenSearch Benchmark and not here. */
export function isUnsupportedOption(path: string | undefined): boolean {
  const key = path?.split('.').at(-1) ?? '';
  return key in UNSUPPORTED || SNIFFING.includes(key) || key === 'send_get_body_as';
}

function refuseUnsupported(values: OptionValues): void {
  for (const [key, message] of Object.entries(UNSUPPORTED)) {
    if (values.has(key)) values.problem(key, message);
  }
  for (const key of SNIFFING) {
    const value = values.raw(key);
    if (value !== undefined && value !== null && !/^(false|0)$/i.test(String(value))) {
      values.problem(key, 'finding nodes by sniffing is not supported; name all of them in --target-hosts');
    }
  }
  const method = values.text('send_get_body_as');
  if (method !== null && method.toUpperCase() !== 'GET') values.problem('send_get_body_as', 'only GET is supported');
}

function readCertificates(
  values: OptionValues,
  sources: OptionSources,
): Pick<ClientOptions, 'caCertificates' | 'clientCertificate' | 'clientKey'> {
  const isAlone = (one: string, other: string) => values.has(one) && !values.has(other);
  if (isAlone('client_cert', 'client_key'))
    values.problem(
      'client_cert',
      "Cannot specify 'client_cert' without also specifying 'client_key' in client-options.",
    );
  if (isAlone('client_key', 'client_cert'))
    values.problem(
      'client_key',
      "Cannot specify 'client_key' without also specifying 'client_cert' in client-options.",
    );
  return {
    caCertificates: readPem(values, 'ca_certs', /-----BEGIN (TRUSTED )?CERTIFICATE-----/, sources),
    clientCertificate: readPem(values, 'client_cert', /-----BEGIN (TRUSTED )?CERTIFICATE-----/, sources),
    clientKey: readPem(values, 'client_key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/, sources),
  };
}

function readPem(values: OptionValues, key: string, begin: RegExp, { env, readFile }: OptionSources): string | null {
  const path = values.text(key);
  if (path === null) return null;
  const noPem = `${path} holds no ${key === 'client_key' ? 'private key' : 'certificate'} in PEM format`;
  try {
    const text = readFile(env.HOME === undefined ? path : path.replace(/^~(?=\/|$)/, env.HOME));
    if (begin.test(text)) return text;
    values.problem(key, noPem);
  } catch (error) {
    // A file that is no text may be a certificate or a key in binary form (DER).
    const isBinary = error instanceof UnreadableText && error.kind === 'garbled';
    values.problem(key, isBinary ? noPem : `the file ${path} cannot be read: ${messageOf(error)}`);
  }
  return null;
}

/** What is wrong with the certificates of a cluster, found by using them as connections do; `null` if nothing is. */
export function certificateProblem(options: ClientOptions): Problem | null {
  try {
    makeSecureContext(options);
    return null;
  } catch (error) {
    const path = options.clientCertificate === null ? 'ca_certs' : 'client_cert';
    return { path, message: messageOf(error), hint: error instanceof BenchmarkError ? error.hint : undefined };
  }
}

function readBasicAuth(values: OptionValues, { env }: OptionSources, isSigned: boolean): BasicAuth | null {
  const user = values.text('basic_auth_user');
  const password = values.text('basic_auth_password');
  const joint = readHttpAuth(values.raw('http_auth'));
  if (joint === 'wrong') values.problem('http_auth', 'must be "user:password" or ["user", "password"]');
  if (user !== null && password !== null) return { user, password };
  if (user !== null || password !== null) {
    const [missing, given] =
      user === null ? ['basic_auth_user', 'basic_auth_password'] : ['basic_auth_password', 'basic_auth_user'];
    // The other one may be in the environment, so that no password need be on the command line.
    const fromEnv = user === null ? env.OSB_BASIC_AUTH_USER : env.OSB_BASIC_AUTH_PASSWORD;
    if (fromEnv === undefined || fromEnv === '')
      values.problem(
        'basic_auth',
        `${given} alone is not enough, ${missing} is missing`,
        `give both, or set ${missing === 'basic_auth_user' ? 'OSB_BASIC_AUTH_USER' : 'OSB_BASIC_AUTH_PASSWORD'}`,
      );
    return { user: user ?? fromEnv ?? '', password: password ?? fromEnv ?? '' };
  }
  if (joint !== null && joint !== 'wrong') return joint;
  return isSigned ? null : authOfEnvironment(values, env);
}

function authOfEnvironment(values: OptionValues, env: OptionSources['env']): BasicAuth | null {
  const user = env.OSB_BASIC_AUTH_USER ?? '';
  const password = env.OSB_BASIC_AUTH_PASSWORD ?? '';
  if (user === '' && password === '') return null;
  if (user === '') values.problem('basic_auth_user', 'OSB_BASIC_AUTH_PASSWORD is set, but OSB_BASIC_AUTH_USER is not');
  if (password === '')
    values.problem('basic_auth_password', 'OSB_BASIC_AUTH_USER is set, but OSB_BASIC_AUTH_PASSWORD is not');
  return { user, password };
}

/** Reads `user:password`, or both in an array; `null` if nothing is given, `wrong` if it is neither. */
export function readHttpAuth(value: Json | undefined): BasicAuth | null | 'wrong' {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') {
    const colon = value.indexOf(':');
    return colon < 0 ? 'wrong' : { user: value.slice(0, colon), password: value.slice(colon + 1) };
  }
  if (!isJsonArray(value) || value.length !== 2) return 'wrong';
  const [user, password] = value;
  return typeof user === 'string' && (typeof password === 'string' || typeof password === 'number')
    ? { user, password: String(password) }
    : 'wrong';
}

function readCompression(values: OptionValues, warnings: string[]): boolean {
  if (values.has('compressed')) warnings.push('The client option "compressed" is an old name; use "http_compress".');
  return values.flag('http_compress', values.flag('compressed', false));
}

function readHeaders(values: OptionValues): Readonly<Record<string, string>> {
  const headers = values.texts('headers');
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem !== null) values.problem('headers', problem);
  }
  return headers;
}

function readOpaqueId(values: OptionValues): string | null {
  const id = values.text('opaque_id');
  const problem = id === null ? null : headerProblem('x-opaque-id', id);
  if (problem !== null) values.problem('opaque_id', problem);
  return id;
}

/** Names of the options that hold parts of the credentials. */
const AWS_OPTIONS = {
  id: 'aws_access_key_id',
  secret: 'aws_secret_access_key',
  token: 'aws_session_token',
  region: 'region',
  service: 'service',
} as const;
/** Names of the environment variables that hold them. */
const AWS_VARIABLES = {
  id: 'OSB_AWS_ACCESS_KEY_ID',
  secret: 'OSB_AWS_SECRET_ACCESS_KEY',
  token: 'OSB_AWS_SESSION_TOKEN',
  region: 'OSB_REGION',
  service: 'OSB_SERVICE',
} as const;

async function readSigV4(values: OptionValues, sources: OptionSources): Promise<SigV4Options | null> {
  const given = Object.fromEntries(Object.entries(AWS_OPTIONS).map(([part, key]) => [part, values.text(key)]));
  const source = values.text('amazon_aws_log_in');
  if (source === null) return null;
  if (source !== 'environment' && source !== 'client_option' && source !== 'session') {
    values.problem('amazon_aws_log_in', 'must be environment, client_option or session');
    return null;
  }
  const names = source === 'environment' ? AWS_VARIABLES : AWS_OPTIONS;
  const find = (part: keyof typeof AWS_OPTIONS) =>
    (source === 'environment' ? sources.env[AWS_VARIABLES[part]] : given[part]) ?? '';
  const needed =
    source === 'session' ? (['region', 'service'] as const) : (['id', 'secret', 'region', 'service'] as const);
  const missing = needed.filter((part) => find(part) === '').map((part) => names[part]);
  if (missing.length > 0)
    values.problem('amazon_aws_log_in', `amazon_aws_log_in:${source} needs ${missing.join(', ')}`);
  const service = find('service');
  if (service !== '' && service !== 'es' && service !== 'aoss') values.problem(names.service, 'must be es or aoss');
  if (missing.length > 0 || (service !== 'es' && service !== 'aoss')) return null;
  const fixed: AwsCredentials = {
    accessKeyId: find('id'),
    secretAccessKey: find('secret'),
    sessionToken: find('token') === '' ? null : find('token'),
  };
  const session = source === 'session' ? await loadSession(values, sources) : { credentials: fixed, expiresAt: null };
  return session === null ? null : { source, region: find('region'), service, ...session };
}

async function loadSession(values: OptionValues, sources: OptionSources): Promise<SessionCredentials | null> {
  try {
    return await (sources.loadSession ?? loadSessionCredentials)();
  } catch (error) {
    values.problem('amazon_aws_log_in', messageOf(error), error instanceof BenchmarkError ? error.hint : undefined);
    return null;
  }
}
