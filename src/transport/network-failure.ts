// Puts errors of sockets and of TLS into words: which host, what happened, what to do.
import { messageOf } from '../errors.ts';
import type { SocketFailure, WireFailureKind } from './wire.ts';

const REFUSED: ReadonlySet<string> = new Set(['ECONNREFUSED']);
const UNREACHABLE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (DNS)',
  EAI_AGAIN: 'its name could not be looked up (DNS)',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to its network',
  EHOSTDOWN: 'it is down',
  EADDRNOTAVAIL: 'no local address or port is free',
  EMFILE: 'this process may not open more files (ulimit -n)',
  ENFILE: 'this machine may not open more files',
  EACCES: 'this machine does not permit the connection',
  EPERM: 'this machine does not permit the connection',
};
const TRUST_HINT = 'give ca_certs, or verify_certs:false to trust any';
const TLS_REASONS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; ${TRUST_HINT}`,
  SELF_SIGNED_CERT_IN_CHAIN: `its certificate is self-signed or of an unknown authority; ${TRUST_HINT}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `its certificate is of an unknown authority; ${TRUST_HINT}`,
  UNABLE_TO_GET_ISSUER_CERT: `its certificate is of an unknown authority; ${TRUST_HINT}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `its certificate is of an unknown authority; ${TRUST_HINT}`,
  CERT_SIGNATURE_FAILURE: `its certificate was not signed by the given authority; ${TRUST_HINT}`,
  CERT_UNTRUSTED: `its certificate is not trusted; ${TRUST_HINT}`,
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it, or give verify_certs:false',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks, or give verify_certs:false',
  CERT_REVOKED: 'its certificate was revoked',
  HOSTNAME_MISMATCH: 'its certificate is for another host name',
};

// Codes that Node.js makes of TLS alerts of the server, and of what OpenSSL itself finds wrong, by their meaning.
const CLIENT_CERTIFICATE_ALERTS =
  /ALERT_(HANDSHAKE_FAILURE|(NO|BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)/;
const VERSION_PROBLEMS =
  /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|UNKNOWN_PROTOCOL/;
const CIPHER_PROBLEMS =
  /NO_SHARED_CIPHER|INSUFFICIENT_SECURITY|NO_CIPHERS_AVAILABLE|(DH|EE|CA)_KEY_TOO_SMALL|CA_MD_TOO_WEAK/;
const CERTIFICATE_CODES =
  /^(CERT_|UNABLE_TO_|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|CRL_|ERR_SSL_CERTIFICATE_VERIFY_FAILED|ERR_TLS_CERT_)/;

// Finds the reason in a message of OpenSSL: error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:…
const OPENSSL_REASON = /:error:[0-9A-F]{8}:SSL routines:[^:]*:([^:]+):/;

/** The code of an error of Node.js, `''` if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * What a failed socket means. `during` tells a connection that was not open yet from one that was lost. The kind `tls`
 * is only given to what the next attempt would meet again; a handshake that was cut off or garbled may succeed next
 * time.
 */
export function explainSocketError(error: unknown, place: string, during: 'connect' | 'tls' | 'open'): SocketFailure {
  const code = tlsCodeOf(error);
  const tlsReason = reasonOfTls(error, code);
  if (tlsReason !== null) return failure('tls', `TLS with ${place} failed: ${tlsReason}`);
  if (during === 'open') return failure('lost', `The connection to ${place} was lost: ${plainReason(error, code)}`);
  if (during === 'tls' || isTlsCode(code))
    return failure(
      'handshake',
      `The TLS handshake with ${place} was cut off (${plainReason(error, code)}); does it speak TLS?`,
    );
  if (REFUSED.has(code)) return failure('refused', `${place} refused the connection: nothing listens there`);
  const reason = UNREACHABLE[code];
  return failure('unreachable', `${place} cannot be reached: ${reason ?? plainReason(error, code)}`);
}

/**
 * The code of an error, as Node.js spells those of OpenSSL. A socket that was writing when the handshake failed has the
 * code EPROTO whatever the reason, and the reason in its message only.
 */
function tlsCodeOf(error: unknown): string {
  const code = codeOf(error);
  const [, reason = null] = code === 'EPROTO' ? (OPENSSL_REASON.exec(messageOf(error)) ?? []) : [];
  return reason === null ? code : `ERR_SSL_${reason.replaceAll(' ', '_').toUpperCase()}`;
}

/** A message as a sentence, with the full stop that it may lack. */
export const sentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** A failure of a kind, with the sentence that says what happened. */
export function failure(kind: WireFailureKind, message: string): SocketFailure {
  return { kind, message };
}

function plainReason(error: unknown, code: string): string {
  if (code === 'ECONNRESET') return 'reset by the server';
  if (code === 'EPIPE') return 'closed by the server';
  return code === '' ? messageOf(error) : code;
}

function reasonOfTls(error: unknown, code: string): string | null {
  const known = TLS_REASONS[code];
  if (known !== undefined) return known;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return wrongName(error);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'the server does not speak TLS there; give use_ssl:false or another port';
  if (CLIENT_CERTIFICATE_ALERTS.test(code))
    return `the server refused the handshake (${code}); does it want client_cert and client_key?`;
  if (VERSION_PROBLEMS.test(code)) return `there is no version of TLS that both sides speak (${code})`;
  if (CIPHER_PROBLEMS.test(code)) return `there is no cipher that both sides accept (${code})`;
  if (/UNRECOGNIZED_NAME/.test(code)) return `the server knows no such host name (${code})`;
  return CERTIFICATE_CODES.test(code) ? `its certificate is not valid (${code})` : null;
}

function isTlsCode(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO';
}

/**
 * The reason for a certificate of another host. Node.js puts the certificate into the error, so its names can be told.
 */
function wrongName(error: unknown): string {
  const cert: unknown = error instanceof Error && 'cert' in error ? error.cert : undefined;
  const names =
    typeof cert === 'object' && cert !== null && 'subjectaltname' in cert
      ? ` (it is for ${String(cert.subjectaltname)})`
      : '';
  const advice = 'use such a name as target, or give ssl_assert_hostname:false';
  return `its certificate is for another host name${names}; ${advice}`;
}
