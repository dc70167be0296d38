// Parses `--target-hosts` and `--client-options`, and checks them against each other.
import { BenchmarkError, exitCodes, formatProblem, type Problem } from '../errors.ts';
import { isJsonArray, isJsonObject, type Json } from '../json.ts';
import { knownSecrets, type Secrets } from '../secrets.ts';
import { readTextFile } from '../text-file.ts';
import type { ClientOptions } from './client-options.ts';
import { type Endpoint, formatPlace } from './endpoint.ts';
import { GrammarProblem, parseKeyValues, type ReadFile, readJsonText } from './key-value-text.ts';
import type { RawOptions } from './option-values.ts';
import {
  certificateProblem,
  isUnsupportedOption,
  type ParsedOptions,
  parseClientOptions,
  timeoutOfGivenOptions,
} from './parse-client-options.ts';
import { parseEndpoint } from './parse-endpoint.ts';
import type { SessionCredentials } from './session-credentials.ts';
import type { TargetCluster, Targets } from './target-cluster.ts';
import { registerHostSecrets, registerOptionSecrets, secretsOf } from './target-secrets.ts';

/** What the user gave, and the surroundings that complete it. */
export interface TargetInput {
  /** The text of `--target-hosts`; empty = this machine. */
  readonly targetHosts: string;
  /** The text of `--client-options`; absent or empty = none given. */
  readonly clientOptions?: string | undefined;
  /** Whether `clientOptions` is a default and not from the user; the time limit is then the usual one. */
  readonly isDefaultOptions?: boolean | undefined;
  /** For targets without a port; 9200 if absent. */
  readonly defaultPort?: number | undefined;
  /**
   * Environment variables; read are `OSB_BASIC_AUTH_USER`, `OSB_BASIC_AUTH_PASSWORD`, those of AWS (`OSB_AWS_…`,
   * `OSB_REGION`, `OSB_SERVICE`) and `HOME`.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly readFile?: ReadFile | undefined;
  /** Where secrets are noted, as soon as they are read; those of the process if absent. */
  readonly secrets?: Secrets | undefined;
  /** Replaces the default chain of AWS credentials, in tests. */
  readonly loadSession?: (() => Promise<SessionCredentials>) | undefined;
}

/** The targets, and what the user should know of them. */
export interface ParsedTargets {
  readonly targets: Targets;
  /** Options that have no effect and the like. */
  readonly warnings: readonly string[];
  /** What a user may want to know, e.g. that the time limit is now 10 s. */
  readonly notices: readonly string[];
}

const DEFAULT_PORT = 9200;
const DEFAULT_CLUSTER = 'default';
const HOSTS_FLAG = '--target-hosts';
const OPTIONS_FLAG = '--client-options';

/**
 * Reads hosts and options in all their forms: pairs, JSON by cluster, or the path of a JSON file. Rejects with `CONFIG`
 * or `UNSUPPORTED` (exit code 64) and all problems at once; none of them shows a secret.
 */
export async function parseTargets(input: TargetInput): Promise<ParsedTargets> {
  const problems: Problem[] = [];
  const readFile = input.readFile ?? readTextFile;
  const isGiven = !(input.isDefaultOptions ?? false) && (input.clientOptions ?? '').trim() !== '';
  const hosts = collect(problems, HOSTS_FLAG, () => readHosts(input, readFile)) ?? new Map<string, readonly Json[]>();
  const options = collect(problems, OPTIONS_FLAG, () => readOptions(input, isGiven, readFile));
  const secrets = input.secrets ?? knownSecrets;
  for (const entries of hosts.values()) registerHostSecrets(secrets, entries);
  for (const raw of options?.values() ?? []) registerOptionSecrets(secrets, raw);
  if (options !== null) checkNames(hosts, options, problems);
  const clusters: TargetCluster[] = [];
  const warnings: string[] = [];
  const notices: string[] = [];
  for (const [name, entries] of hosts) {
    const parsed = await parseClientOptions(options?.get(name) ?? new Map(), name, isGiven, {
      env: input.env ?? {},
      readFile,
      ...(input.loadSession === undefined ? {} : { loadSession: input.loadSession }),
    });
    problems.push(...parsed.problems.map((problem) => ({ ...problem, file: OPTIONS_FLAG })));
    warnings.push(...parsed.warnings);
    if (isGiven && options?.has(name) === true && !parsed.hasTimeout) notices.push(timeoutNotice(name));
    const endpoints = readEndpoints(name, entries, parsed, input.defaultPort ?? DEFAULT_PORT, problems, warnings);
    checkCertificates(name, endpoints, parsed.options, problems, warnings);
    clusters.push({ name, endpoints, options: parsed.options });
  }
  for (const cluster of clusters) secrets.register(...secretsOf(cluster));
  const main = clusters.find((cluster) => cluster.name === DEFAULT_CLUSTER);
  if (problems.length > 0 || main === undefined) throw problemsError(problems);
  return { targets: { default: main, clusters }, warnings: [...new Set(warnings)], notices };
}

/** Targets for logs: hosts and how they are reached, without any secret. */
export function describeTargets(targets: Targets): string {
  return targets.clusters
    .map(({ name, endpoints, options }) => {
      const places = endpoints.map(
        (endpoint) => `${endpoint.useTls ? 'https' : 'http'}://${formatPlace(endpoint)}${endpoint.prefix}`,
      );
      const facts = [
        `timeout ${options.timeout} s`,
        ...(endpoints.some((endpoint) => endpoint.useTls)
          ? [options.verifyCertificates ? 'certificates verified' : 'certificates NOT verified']
          : []),
        ...(options.clientCertificate === null ? [] : ['client certificate']),
        ...(options.basicAuth !== null || endpoints.some((endpoint) => endpoint.basicAuth !== null)
          ? ['basic authentication']
          : []),
        ...(options.sigV4 === null
          ? []
          : [`AWS Signature V4 (${options.sigV4.source}, ${options.sigV4.service}, ${options.sigV4.region})`]),
        ...(options.compressRequests ? ['compressed requests'] : []),
        ...(options.maxRetries === 0 ? [] : [`up to ${options.maxRetries} retries`]),
      ];
      return `${name}: ${places.join(', ')} (${facts.join(', ')})`;
    })
    .join('; ');
}

function collect<T>(problems: Problem[], file: string, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GrammarProblem)) throw error;
    problems.push({ file, message: error.message, hint: error.hint });
    return null;
  }
}

function readHosts(input: TargetInput, readFile: ReadFile): ReadonlyMap<string, readonly Json[]> {
  const json = readJsonText(input.targetHosts, readFile, input.env?.HOME);
  if (json === null) return new Map([[DEFAULT_CLUSTER, splitHosts(input.targetHosts)]]);
  if (isJsonArray(json.value)) return new Map([[DEFAULT_CLUSTER, json.value]]);
  if (!isJsonObject(json.value))
    throw new GrammarProblem('must be an object of clusters', '{"default":[{"host":"…","port":9200}]}');
  const hosts = new Map([...json.value].map(([name, entries]) => [name, isJsonArray(entries) ? entries : [entries]]));
  if (!hosts.has(DEFAULT_CLUSTER))
    throw new GrammarProblem('has no cluster "default"', 'operations go to that cluster');
  for (const [name, entries] of hosts)
    if (entries.length === 0) throw new GrammarProblem(`the cluster ${JSON.stringify(name)} has no hosts`);
  return hosts;
}

function splitHosts(text: string): readonly string[] {
  const hosts = text
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
  return hosts.length === 0 ? ['127.0.0.1'] : hosts;
}

/** Options by cluster; `null` if none were given, so that each cluster has the default ones. */
function readOptions(input: TargetInput, isGiven: boolean, readFile: ReadFile): ReadonlyMap<string, RawOptions> | null {
  const text = input.clientOptions ?? '';
  if (!isGiven) return null;
  const json = readJsonText(text, readFile, input.env?.HOME);
  if (json === null) return new Map([[DEFAULT_CLUSTER, parseKeyValues(text)]]);
  if (!isJsonObject(json.value))
    throw new GrammarProblem('must be an object of clusters', '{"default":{"timeout":60}}');
  const { value } = json;
  // Options that are not in objects by cluster can only be those of the cluster `default`.
  if (![...value.entries()].some(([key, item]) => key !== 'headers' && isJsonObject(item)))
    return new Map([[DEFAULT_CLUSTER, value]]);
  const options = new Map<string, RawOptions>();
  for (const [name, item] of value) {
    if (!isJsonObject(item))
      throw new GrammarProblem(`${JSON.stringify(name)} must be the name of a cluster with an object of options`);
    options.set(name, item);
  }
  return options;
}

function checkNames(
  hosts: ReadonlyMap<string, unknown>,
  options: ReadonlyMap<string, unknown>,
  problems: Problem[],
): void {
  const lacking = [...hosts.keys()].filter((name) => !options.has(name));
  const surplus = [...options.keys()].filter((name) => !hosts.has(name));
  if (hosts.size === 0 || (lacking.length === 0 && surplus.length === 0)) return;
  const details = [
    ...(lacking.length === 0 ? [] : [`no options for ${lacking.join(', ')}`]),
    ...(surplus.length === 0 ? [] : [`no hosts for ${surplus.join(', ')}`]),
  ];
  const rule = `${HOSTS_FLAG} and ${OPTIONS_FLAG} must define the same keys for multi cluster setups.`;
  problems.push({ file: OPTIONS_FLAG, message: `${rule} There are ${details.join(', and ')}.` });
}

function readEndpoints(
  name: string,
  entries: readonly Json[],
  parsed: ParsedOptions,
  port: number,
  problems: Problem[],
  warnings: string[],
): readonly Endpoint[] {
  const defaults = { port, useTls: parsed.options.useTls, prefix: parsed.urlPrefix };
  return entries.flatMap((entry, index) => {
    const result = parseEndpoint(entry, defaults);
    if ('problems' in result) {
      const path = entries.length === 1 && name === DEFAULT_CLUSTER ? undefined : `${name}[${index}]`;
      problems.push(...result.problems.map((message) => ({ file: HOSTS_FLAG, path, message })));
      return [];
    }
    warnings.push(...result.warnings);
    return [result.endpoint];
  });
}

/**
 * Notes what is wrong with certificates, and warns if no endpoint uses them. The endpoints decide, because a target may
 * say `https` although the options say nothing of TLS.
 */
function checkCertificates(
  name: string,
  endpoints: readonly Endpoint[],
  options: ClientOptions,
  problems: Problem[],
  warnings: string[],
): void {
  const given = { ca_certs: options.caCertificates, client_cert: options.clientCertificate };
  const named = Object.entries(given).flatMap(([option, file]) => (file === null ? [] : [option]));
  if (named.length === 0 || endpoints.length === 0) return;
  if (!endpoints.some(({ useTls }) => useTls)) {
    const verb = named.length === 1 ? 'has' : 'have';
    warnings.push(`${named.join(' and ')} of the client options ${verb} no effect: no target speaks TLS.`);
    return;
  }
  const problem = certificateProblem(options);
  if (problem === null) return;
  const path = name === DEFAULT_CLUSTER ? problem.path : `${name}.${problem.path}`;
  problems.push({ ...problem, path, file: OPTIONS_FLAG });
}

function timeoutNotice(cluster: string): string {
  const whose = cluster === DEFAULT_CLUSTER ? '' : ` of the cluster ${cluster}`;
  const limit = `requests are cut after ${timeoutOfGivenOptions} seconds`;
  return `The client options${whose} name no timeout: ${limit}. Add timeout:60 for the usual limit.`;
}

function problemsError(problems: readonly Problem[]): BenchmarkError {
  const [first] = problems;
  const message =
    problems.length === 1 && first !== undefined
      ? formatProblem(first)
      : `${HOSTS_FLAG} and ${OPTIONS_FLAG} have ${problems.length} problems.`;
  const isUnsupported = problems.every((problem) => problem.file === OPTIONS_FLAG && isUnsupportedOption(problem.path));
  return new BenchmarkError(isUnsupported ? 'UNSUPPORTED' : 'CONFIG', message, {
    exitCode: exitCodes.failure,
    problems,
  });
}
