// Parses one entry of `--target-hosts`: `host`, `host:port`, a URL, or a JSON object.
import { isIPv6 } from 'node:net';
import { isJsonObject, type Json } from '../json.ts';
import { secretMask } from '../secrets.ts';
import type { BasicAuth } from './client-options.ts';
import type { Endpoint } from './endpoint.ts';
import { OptionValues } from './option-values.ts';
import { readHttpAuth } from './parse-client-options.ts';

/** What holds for an entry that does not say otherwise. */
export interface EndpointDefaults {
  readonly port: number;
  /** The option `use_ssl` of the cluster. */
  readonly useTls: boolean;
  /** The option `url_prefix` of the cluster. */
  readonly prefix: string;
}

/** An endpoint with warnings about unknown keys, or what is wrong with it (without secrets). */
export type ParsedEndpoint =
  | { readonly endpoint: Endpoint; readonly warnings: readonly string[] }
  | { readonly problems: readonly string[] };

const HTTPS_PORT = 443;
const HOST = /^[A-Za-z0-9._-]+$/;

/** Reads an entry. Never throws. */
export function parseEndpoint(entry: Json, defaults: EndpointDefaults): ParsedEndpoint {
  if (typeof entry === 'string') return parseEndpointText(entry.trim(), defaults);
  if (isJsonObject(entry)) return parseEndpointObject(entry, defaults);
  return { problems: ['must be a text "host:port" or an object {"host": …, "port": …}'] };
}

/**
 * An entry as it may be shown: without its user part, and without what may be a user part that lacks its end
 * (`https://user:password`).
 */
export function showEntry(text: string): string {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)?(.*)$/s.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  const place = rest.slice(at + 1);
  const isAddress = /^[0-9a-f:.[\]]*(?=\/|$)/i.test(place);
  const shown = isAddress ? place : place.replace(/:(?!\d*(?:\/|$)).*$/s, `:${secretMask}`);
  return `${scheme}${at < 0 ? '' : `${secretMask}@`}${shown}`;
}

function parseEndpointText(text: string, defaults: EndpointDefaults): ParsedEndpoint {
  const shown = JSON.stringify(showEntry(text));
  const refuse = (message: string): ParsedEndpoint => ({ problems: [`${shown} ${message}`] });
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text);
  const schemeName = scheme?.[1]?.toLowerCase() ?? null;
  if (schemeName !== null && schemeName !== 'http' && schemeName !== 'https')
    return refuse('has a scheme other than http and https');
  const rest = text.slice(scheme?.[0].length ?? 0);
  if (/[?#]/.test(rest)) return refuse('must not have a query or a fragment');
  const at = rest.lastIndexOf('@');
  const basicAuth = at < 0 ? null : parseUserPart(rest.slice(0, at));
  if (basicAuth === 'wrong') return refuse('has a user part that is not user:password, percent-encoded');
  const slash = rest.indexOf('/', at + 1);
  const authority = rest.slice(at + 1, slash < 0 ? undefined : slash);
  const place = splitPlace(authority);
  if (place === null) return refuse('is not host:port (IPv6 addresses go in brackets)');
  const port6 = portOfBareAddress(authority);
  if (port6 !== null) {
    const address = authority.slice(0, -port6.length - 1);
    return refuse(`may be an address or an address and a port; write [${address}]:${port6} or [${authority}]`);
  }
  const useTls = schemeName === 'https' || defaults.useTls;
  const port = place.port ?? (schemeName === 'https' ? HTTPS_PORT : defaults.port);
  if (!isPort(port)) return refuse('has a port that is not between 1 and 65535');
  const prefix = slash < 0 ? defaults.prefix : rest.slice(slash);
  return { endpoint: { host: place.host, port, useTls, prefix: cleanPrefix(prefix), basicAuth }, warnings: [] };
}

function parseUserPart(text: string): BasicAuth | 'wrong' {
  const colon = text.indexOf(':');
  if (colon < 0) return 'wrong';
  try {
    return { user: decodeURIComponent(text.slice(0, colon)), password: decodeURIComponent(text.slice(colon + 1)) };
  } catch {
    return 'wrong';
  }
}

/** The end of an IPv6 address without brackets that was probably meant as a port: `::1:9200`. */
function portOfBareAddress(authority: string): string | null {
  const [, address = '', port = ''] = /^([^[\]]*:[^[\]]*):([1-9]\d{3}|443|80)$/.exec(authority) ?? [];
  return isIPv6(address) && isIPv6(authority) ? port : null;
}

/** Host and port; brackets are taken off an IPv6 address. */
function splitPlace(authority: string): { readonly host: string; readonly port: number | null } | null {
  if (isIPv6(authority)) return { host: authority, port: null };
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(authority);
  if (bracketed !== null) {
    const [, host = '', port] = bracketed;
    return isIPv6(host) ? { host, port: port === undefined ? null : Number(port) } : null;
  }
  const plain = /^([^:]+)(?::(\d+))?$/.exec(authority);
  const [, host = '', port] = plain ?? [];
  return HOST.test(host) ? { host, port: port === undefined ? null : Number(port) } : null;
}

function parseEndpointObject(entry: ReadonlyMap<string, Json>, defaults: EndpointDefaults): ParsedEndpoint {
  const values = new OptionValues(entry, 'default');
  const scheme = (values.text('scheme') ?? '').toLowerCase();
  const useTls = values.flag('use_ssl', false) || scheme === 'https' || defaults.useTls;
  const port = values.number('port', scheme === 'https' ? HTTPS_PORT : defaults.port, 1, true);
  const prefix = values.text('url_prefix');
  const auth = readHttpAuth(values.raw('http_auth'));
  const host = values.text('host');
  if (host === null) values.problem('host', 'is missing');
  if (!isPort(port)) values.problem('port', 'must be between 1 and 65535');
  if (auth === 'wrong') values.problem('http_auth', 'must be "user:password" or ["user", "password"]');
  const place = host === null ? null : splitPlace(host);
  if (host !== null && (place === null || place.port !== null))
    values.problem('host', `${JSON.stringify(showEntry(host))} is no host name or address`);
  if (values.problems.length > 0 || place === null || auth === 'wrong') {
    return { problems: values.problems.map((problem) => `${problem.path ?? ''} ${problem.message}`) };
  }
  const warnings = values
    .unknownKeys()
    .map((key) => `The key ${JSON.stringify(key)} of a target host is not known and has no effect.`);
  return {
    endpoint: { host: place.host, port, useTls, prefix: cleanPrefix(prefix ?? defaults.prefix), basicAuth: auth },
    warnings,
  };
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

function cleanPrefix(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `/${trimmed}`;
}
