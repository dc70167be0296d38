// Certificates for tests, made by openssl: an authority, and servers and clients that it vouches for.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority {
  readonly ca: string;
  /** A certificate with these subject alternative names, e.g. `DNS:localhost,IP:127.0.0.1`. */
  issue(names: string, days?: number): KeyPair;
  dispose(): void;
}

export function createTestAuthority(): TestAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'osb-certs-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: directory });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-days',
    '3',
    '-subj',
    '/CN=test authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  let count = 0;
  return {
    ca: readFileSync(at('ca.pem'), 'utf8'),
    issue(names, days = 2) {
      const name = `leaf${++count}`;
      openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`));
      writeFileSync(at(`${name}.ext`), `subjectAltName=${names}\n`);
      const from = [
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        String(days),
        '-extfile',
        at(`${name}.ext`),
      ];
      openssl('x509', '-req', '-in', at(`${name}.csr`), ...from, '-out', at(`${name}.pem`));
      return { key: readFileSync(at(`${name}.key`), 'utf8'), cert: readFileSync(at(`${name}.pem`), 'utf8') };
    },
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}
