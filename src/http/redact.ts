// Keeps the secrets of targets out of texts.
import type { Targets } from './targets.ts';

const MASK = '*****';

/** All secrets of the targets, in each form in which they may turn up; for masks of logs. Longest first. */
export function secretsOf(targets: Targets): readonly string[] {
  const secrets = new Set<string>();
  const add = (secret: string | null | undefined): void => {
    if (secret === null || secret === undefined || secret === '') return;
    secrets.add(secret);
    secrets.add(encodeURIComponent(secret));
    secrets.add(JSON.stringify(secret).slice(1, -1));
  };
  for (const { endpoints, options } of targets.clusters) {
    for (const auth of [options.basicAuth, ...endpoints.map((endpoint) => endpoint.basicAuth)]) {
      add(auth?.password);
      if (auth !== null) add(Buffer.from(`${auth.user}:${auth.password}`).toString('base64'));
    }
    add(options.sigV4?.credentials.accessKeyId);
    add(options.sigV4?.credentials.secretAccessKey);
    add(options.sigV4?.credentials.sessionToken);
    add(options.clientKey);
    for (const [name, value] of Object.entries(options.headers)) if (/auth|token|key|secret|cookie/i.test(name)) add(value);
  }
  return [...secrets].sort((a, b) => b.length - a.length);
}

/** The text with every secret of the targets masked. */
export function redact(text: string, targets: Targets): string {
  return secretsOf(targets).reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}
