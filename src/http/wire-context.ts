// What the connections of one thread share: their read buffer, TLS settings and TLS sessions.
import { createSecureContext, type SecureContext } from 'node:tls';
import { BenchmarkError, messageOf } from '../errors.ts';
import type { ClientOptions } from './client-options.ts';

/** What the connections of one thread share. */
export interface WireContext {
  /** All sockets read into it. A read is handled synchronously, so nobody else writes to it meanwhile. */
  readonly readBuffer: Buffer;
  /** The TLS settings for some options. Throws `TLS` if a certificate or key cannot be used. */
  secureContext(options: ClientOptions): SecureContext;
  /**
   * The last TLS session by host and port, for a short handshake. Each set of options has its own sessions, because a
   * host is not verified again when a session is resumed.
   */
  sessions(options: ClientOptions): Map<string, Buffer>;
}

/**
 * How many bytes one read takes at most. Measured with bench/wire.ts: more gains nothing, and so much stays in the
 * cache of the core.
 */
const READ_BYTES = 65_536;

/** Makes the context of a thread. */
export function createWireContext(): WireContext {
  const contexts = new WeakMap<ClientOptions, SecureContext>();
  const sessions = new WeakMap<ClientOptions, Map<string, Buffer>>();
  return {
    readBuffer: Buffer.allocUnsafeSlow(READ_BYTES),
    secureContext(options) {
      const known = contexts.get(options) ?? makeSecureContext(options);
      contexts.set(options, known);
      return known;
    },
    sessions(options) {
      const known = sessions.get(options) ?? new Map<string, Buffer>();
      sessions.set(options, known);
      return known;
    },
  };
}

/**
 * TLS settings of a client: its certificate, and whom it trusts (`ca_certs`, else the list of Node.js). Throws `TLS` if
 * a certificate or key cannot be used.
 */
export function makeSecureContext(options: ClientOptions): SecureContext {
  try {
    return createSecureContext({
      ...(options.caCertificates === null ? {} : { ca: options.caCertificates }),
      ...(options.clientCertificate === null ? {} : { cert: options.clientCertificate }),
      ...(options.clientKey === null ? {} : { key: options.clientKey }),
    });
  } catch (error) {
    throw new BenchmarkError('TLS', `The certificates of the client options cannot be used: ${messageOf(error)}.`, {
      hint:
        'ca_certs, client_cert and client_key name PEM files; ' +
        'the key must belong to the certificate and have no passphrase',
    });
  }
}
