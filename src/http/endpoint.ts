// Where a cluster is reached.
import { isIP } from 'node:net';
import type { BasicAuth } from './client-options.ts';

/** A host and port of a cluster, and how it is spoken to. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly useTls: boolean;
  /** Path in front of every request path, without a final `/`; usually empty. */
  readonly prefix: string;
  /** From the user part of the URL; beats the option of the cluster. */
  readonly basicAuth: BasicAuth | null;
}

/** `host:port` as it is written in a URL. */
export function formatPlace(endpoint: { readonly host: string; readonly port: number }): string {
  return `${isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
}
