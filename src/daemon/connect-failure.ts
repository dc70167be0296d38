// Why a connection to the coordinator failed, in words that say what to do.
import { BenchmarkError, messageOf } from '../errors.ts';

const untrusted = new Set(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_SIGNATURE_FAILURE']);

/** A FLEET error for what the NATS client threw. `isTls`: a token or credentials were used. */
export function explainConnectFailure(error: unknown, address: string, isTls: boolean): BenchmarkError {
  const code = codeOf(error);
  const fail = (message: string, hint: string): BenchmarkError => new BenchmarkError('FLEET', message, { cause: error, hint });
  if (untrusted.has(code))
    return fail(`The coordinator at ${address} is not the one of the token: another authority signed its certificate.`, sameToken);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return fail(`The server at ${address} is not a coordinator: its certificate has another name.`, sameToken);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') {
    return fail(`The coordinator at ${address} does not speak TLS.`, 'It runs without a token: start it with the same token, or this node without.');
  }
  if (code === 'ECONNREFUSED') {
    return fail(`Nobody listens at ${address}.`, 'Start the daemon of the coordinator, and check --coordinator-ip and --port.');
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(`The name of the coordinator in ${address} cannot be resolved.`, 'Use its IP address.');
  if (isRefusal(error)) {
    const hint = isTls ? sameToken : 'The log of the coordinator has the reason. It may have just been started: then another attempt succeeds.';
    return fail(`The coordinator at ${address} refused the connection.`, hint);
  }
  const hint = isTls
    ? 'Check the network and the firewall of the coordinator, and that it runs with a token.'
    : 'Check the network and the firewall of the coordinator. If it runs with a token, this machine needs the token too.';
  return fail(`No answer from ${address}.`, hint);
}

const sameToken = 'Give this node and the coordinator the same token: OSB_FLEET_TOKEN or --token-file.';

/** The code of the error or of one of its causes. */
function codeOf(error: unknown): string {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
  }
  return /connection refused/i.test(messageOf(error)) ? 'ECONNREFUSED' : '';
}

const isRefusal = (error: unknown): boolean =>
  (error instanceof Error && ['AuthorizationError', 'UserAuthenticationExpiredError'].includes(error.name)) ||
  /authorization violation|authentication/i.test(messageOf(error));
