// Path and query of a request as they may stand in its first line.
import { BenchmarkError } from '../errors.ts';

const METHOD = /^[A-Z]+$/;
const CONTROL = /[\x00-\x1f\x7f]/;
const NOT_ASCII_OR_SPACE = /[^\x21-\x7e]+/gu;

/**
 * Path and query with what a URL cannot hold percent-encoded (UTF-8); what is encoded already stays as it is. Throws
 * `WORKLOAD_INVALID` on control characters, by which a workload could forge another request.
 */
export function encodeTarget(prefix: string, path: string): string {
  if (CONTROL.test(path)) {
    throw new BenchmarkError(
      'WORKLOAD_INVALID',
      `The path ${JSON.stringify(path)} of a request has control characters.`,
      {
        hint: 'encode them as %0A and the like',
      },
    );
  }
  const target = `${prefix}${path.startsWith('/') ? '' : '/'}${path}`;
  return target.replace(NOT_ASCII_OR_SPACE, percentEncode);
}

/** The method in capitals. Throws `WORKLOAD_INVALID` if it is none. */
export function checkMethod(method: string): string {
  const name = method.toUpperCase();
  if (!METHOD.test(name)) throw new BenchmarkError('WORKLOAD_INVALID', `${JSON.stringify(method)} is no HTTP method.`);
  return name;
}

/** Percent-encodes all characters. Half a pair of surrogates, which UTF-8 does not have, becomes U+FFFD. */
function percentEncode(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
