// Asks a server for a file: by proxies that the environment names, with limits of time, and with its redirects
// followed.
import { type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { type RemoteAddress, remoteAddress, type Variables } from './remote-address.ts';

/** Longest wait for a connection, in ms. */
const CONNECT_TIMEOUT = 45_000;
/** Longest wait for the next bytes of an answer, in ms. */
const READ_TIMEOUT = 240_000;
const REDIRECTS = 5;

/** What a server answers: its body has to be read or destroyed. */
export type RemoteAnswer = Dispatcher.ResponseData;

/** Connections to the server of one address. */
export class RemoteReader {
  private readonly address: RemoteAddress;
  private readonly agent: Dispatcher;
  private readonly dispatcher: Dispatcher;
  private readonly readTimeout: number;

  /** `readTimeout`: longest wait for the next bytes of an answer, in ms. */
  constructor(url: string, variables: Variables, readTimeout: number = READ_TIMEOUT) {
    this.address = remoteAddress(url, variables);
    this.agent = proxyAgent(variables);
    this.dispatcher = this.address.mayRedirect
      ? this.agent.compose(interceptors.redirect({ maxRedirections: REDIRECTS }))
      : this.agent;
    this.readTimeout = readTimeout;
  }

  /** Sends a GET request. Rejects with what the client of HTTP fails with, or with `CREDENTIALS`. */
  async get(headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<RemoteAnswer> {
    const common = { 'accept-encoding': 'identity', 'user-agent': 'opensearch-benchmark', ...headers };
    for (;;) {
      const asked = await this.address.ask(common);
      const answer = await request(asked.address, {
        dispatcher: this.dispatcher,
        headers: asked.headers,
        signal,
        headersTimeout: this.readTimeout,
        bodyTimeout: this.readTimeout,
      });
      const region = headerOf(answer, 'x-amz-bucket-region');
      if (answer.statusCode < 300 || region === null || !this.address.moveTo(region)) return answer;
      await answer.body.dump();
    }
  }

  /** Ends all connections, also those in use. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

/** The first value of a header; `null` if the answer lacks it. */
export function headerOf(answer: RemoteAnswer, name: string): string | null {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

/** The bytes that an answer says it has; `null` if it does not say. */
export function contentLength(answer: RemoteAnswer): number | null {
  const value = headerOf(answer, 'content-length');
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}

/** The part of the file that an answer says it has; `null` if it does not say so, or not how large the file is. */
export function contentRange(
  answer: RemoteAnswer,
): { readonly start: number; readonly end: number; readonly size: number } | null {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headerOf(answer, 'content-range') ?? '');
  return match === null ? null : { start: Number(match[1]), end: Number(match[2]) + 1, size: Number(match[3]) };
}

/** What tells one version of the file from another: a strong ETag, else the time of its last change. */
export function validatorOf(answer: RemoteAnswer): string | null {
  const etag = headerOf(answer, 'etag');
  return etag?.startsWith('"') ? etag : headerOf(answer, 'last-modified');
}

/** Ends an answer whose body is of no use. Its stream then emits an error, which says nothing new. */
export function destroyBody(answer: RemoteAnswer): void {
  answer.body.on('error', () => undefined);
  answer.body.destroy();
}

/**
 * Makes connections through the proxies that the environment names. Plain http is not tunnelled, since few proxies
 * tunnel to port 80.
 */
function proxyAgent(variables: Variables): Dispatcher {
  const variable = (name: string): string => variables[name] ?? variables[name.toUpperCase()] ?? '';
  const address = (value: string): string => (value === '' || value.includes('://') ? value : `http://${value}`);
  const httpProxy = address(variable('http_proxy'));
  // The addresses are never undefined, because the agent would then look into the environment of the process.
  return new EnvHttpProxyAgent({
    httpProxy,
    httpsProxy: address(variable('https_proxy')) || httpProxy,
    noProxy: variable('no_proxy'),
    proxyTunnel: false,
    connect: { timeout: CONNECT_TIMEOUT },
  });
}
