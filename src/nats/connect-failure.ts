// Explains why a connection to the coordinator failed, and what the user can do about it.
import { BenchmarkError, messageOf } from '../errors.ts';

const untrusted = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

/**
 * The server that was to answer: a coordinator without a token (`open`) or with one (`token`), or a NATS server that
 * somebody else runs (`existing`).
 */
export interface Peer {
  /** Host and port, or the URL without its user and password. */
  readonly address: string;
  readonly kind: 'open' | 'token' | 'existing';
}

/** A failed attempt to connect: the FLEET error for the user, and whether somebody refused it. */
export interface ConnectFailure {
  readonly error: BenchmarkError;
  /** True if a server answered that refuses this node or is not the expected one; false if nobody has answered yet. */
  readonly isRefusal: boolean;
}

/**
 * Turns what the NATS client threw into a FLEET error with a hint. `speaksTls` says that the server answered a TLS
 * handshake although this side connected without TLS: then it runs with a token that this node lacks.
 */
export function explainConnectFailure(error: unknown, peer: Peer, speaksTls = false): ConnectFailure {
  if (speaksTls) {
    const message = `The coordinator at ${peer.address} runs with a token, and this node has none.`;
    return { error: new BenchmarkError('FLEET', message, { cause: error, hint: sameToken }), isRefusal: true };
  }
  const isAbsent = absent.has(codeOf(error)) || !(isRefusal(error) || isImpostor(error));
  return { error: describe(error, peer), isRefusal: !isAbsent };
}

const absent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);
const notTls = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'EPROTO']);
const wrongName = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Does a server answer that is not the one that the token names? */
function isImpostor(error: unknown): boolean {
  const code = codeOf(error);
  return untrusted.has(code) || notTls.has(code) || code === wrongName;
}

function describe(error: unknown, { address, kind }: Peer): BenchmarkError {
  const code = codeOf(error);
  const peer = kind === 'existing' ? `The NATS at ${address}` : `The coordinator at ${address}`;
  const fail = (message: string, hint: string): BenchmarkError =>
    new BenchmarkError('FLEET', message, { cause: error, hint });
  if (untrusted.has(code)) {
    if (kind === 'existing')
      return fail(`${peer} cannot be trusted: the issuer of its certificate is unknown.`, trustIssuer);
    return fail(`${peer} is not the one of the token, for another authority signed its certificate.`, replacedToken);
  }
  if (code === wrongName) {
    return fail(
      `${peer} is another one: its certificate has another name.`,
      kind === 'existing' ? 'Use the name that the certificate has.' : sameToken,
    );
  }
  if (notTls.has(code)) {
    return fail(
      `${peer} does not speak TLS.`,
      'It runs without a token: start it with the same token, or this node without.',
    );
  }
  if (code === 'ECONNREFUSED')
    return fail(`Nobody listens at ${address}.`, kind === 'existing' ? checkUrl : checkCoordinator);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(`The name in ${address} cannot be resolved.`, 'Use an IP address.');
  if (isRefusal(error)) return fail(`${peer} refused the connection.`, refusalHints[kind]);
  return fail(`No answer from ${address}.`, silenceHints[kind]);
}

const trustIssuer = 'Name the authority of that server in the environment variable NODE_EXTRA_CA_CERTS.';
const checkUrl = 'Check --nats-url or OSB_NATS_URL.';
const checkCoordinator = 'Start the daemon of the coordinator, and check --coordinator-ip and --port.';
const replacedToken =
  'If the token was replaced, this node needs the new one: OSB_FLEET_TOKEN or --token-file, and ' +
  '"opensearch-benchmarkd restart".';
const sameToken = 'Give this node and the coordinator the same token: OSB_FLEET_TOKEN or --token-file.';

const refusalHints: Readonly<Record<Peer['kind'], string>> = {
  open: 'The log of the coordinator has the reason. It may have just been started: then another attempt succeeds.',
  token: sameToken,
  existing: 'Its owner decides who may connect: check user and password in the URL, or --nats-credentials.',
};
const silenceHints: Readonly<Record<Peer['kind'], string>> = {
  open:
    'Check the network and the firewall of the coordinator. If it runs with a token, this machine needs the ' +
    'token too.',
  token: 'Check the network and the firewall of the coordinator, and that it runs with a token.',
  existing: checkUrl,
};

/** The code of the error, or of the first of its causes that has one; empty if none has. */
function codeOf(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return /connection refused/i.test(messageOf(error)) ? 'ECONNREFUSED' : '';
}

const isRefusal = (error: unknown): boolean =>
  (error instanceof Error && ['AuthorizationError', 'UserAuthenticationExpiredError'].includes(error.name)) ||
  /authorization violation|authentication/i.test(messageOf(error));

/** Did the attempt time out, as it does when a server accepts the connection but sends no greeting? */
export const isTimeout = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'TimeoutError') || /timeout/i.test(messageOf(error));
