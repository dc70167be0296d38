// Keys, certificates and tokens, against other implementations of the same formats.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nkeys } from '@nats-io/transport-node';
import fc from 'fast-check';
import { createServerCertificate } from '../../src/nats/certificate.ts';
import { integer, objectIdentifier } from '../../src/nats/der.ts';
import { createKeyPair, readClaims, signJwt } from '../../src/nats/nkeys.ts';
import { findToken, formatToken, isSameSecret, parseToken } from '../../src/nats/token.ts';
import { createTokenKey, readTokenKey, tokenKeyFor, writeTokenKey } from '../../src/nats/token-key.ts';
import { temporaryDirectory } from '../daemon/at-end.ts';

const now = Date.parse('2026-11-23T00:00:00Z');

describe('nkeys', () => {
  for (const kind of ['account', 'user'] as const) {
    it(`are those of NATS: ${kind}`, () => {
      for (let count = 0; count < 20; count++) {
        const pair = createKeyPair(kind);
        const theirs = nkeys.fromSeed(new TextEncoder().encode(pair.seed));
        assert.equal(theirs.getPublicKey(), pair.publicKey);
        assert.equal(pair.publicKey[0], kind === 'account' ? 'A' : 'U');
      }
    });
  }

  it('sign JWTs that NATS verifies', () => {
    const pair = createKeyPair('account');
    const jwt = signJwt(pair, { sub: 'x', nats: { type: 'user' } }, 1000);
    const [header = '', body = '', signature = ''] = jwt.split('.');
    const isGood = nkeys
      .fromPublic(pair.publicKey)
      .verify(Buffer.from(`${header}.${body}`), Buffer.from(signature, 'base64url'));
    assert.ok(isGood);
    assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url').toString()), { typ: 'JWT', alg: 'ed25519-nkey' });
    const claims = readClaims(jwt);
    assert.ok(typeof claims === 'object' && claims !== null && 'iss' in claims && 'iat' in claims);
    assert.deepEqual([claims.iss, claims.iat], [pair.publicKey, 1000]);
  });

  it('read no claims from what is no JWT', () => {
    for (const text of ['', 'a', 'a.b', 'a.e30', '..']) assert.ok(readClaims(text) === null || text === 'a.e30');
  });
});

describe('certificates', () => {
  const made = createServerCertificate('osb-coordinator', now);
  const authority = new X509Certificate(made.certificateAuthority);
  const server = new X509Certificate(made.certificate);

  it('chain to their authority', () => {
    assert.ok(server.checkIssued(authority));
    assert.ok(server.verify(authority.publicKey));
    assert.ok(authority.verify(authority.publicKey));
    assert.deepEqual([authority.ca, server.ca], [true, false]);
  });

  it('have the fixed name, for a server only, from two days ago for ten years', () => {
    assert.equal(server.checkHost('osb-coordinator'), 'osb-coordinator');
    assert.equal(server.checkHost('other'), undefined);
    assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1']);
    assert.equal(Date.parse(server.validFrom), now - 2 * 86_400_000);
    assert.equal(Date.parse(server.validTo), now + 3650 * 86_400_000);
  });

  it('are dated beyond 2049 as well', () => {
    const late = new X509Certificate(createServerCertificate('x', Date.parse('2049-06-01T00:00:00Z')).certificate);
    assert.equal(Date.parse(late.validTo), Date.parse('2049-06-01T00:00:00Z') + 3650 * 86_400_000);
  });

  it('hold integers without sign and names of any length', () => {
    assert.equal(integer(Buffer.from([0])).toString('hex'), '020100');
    assert.equal(integer(Buffer.from([0, 0x80])).toString('hex'), '02020080');
    assert.equal(objectIdentifier('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302');
    for (const length of [1, 60, 200]) {
      const name = 'n'.repeat(Math.min(length, 60));
      assert.equal(new X509Certificate(createServerCertificate(name, now).certificate).subject, `CN=${name}`);
    }
  });
});

describe('tokens', () => {
  const { token } = createTokenKey(now);

  it('are one printable line that is read back', () => {
    const text = formatToken(token);
    assert.match(text, /^osb1\.[\w-]+\.[\w-]{43}$/);
    assert.ok(text.length < 700);
    assert.deepEqual(parseToken(`${text}\n`, 'here'), token);
  });

  it('that are cut or changed are refused without showing them', () => {
    const text = formatToken(token);
    fc.assert(
      fc.property(fc.nat(text.length - 1), (length) => {
        assert.throws(
          () => parseToken(text.slice(0, length), 'the file'),
          (error: Error) => /The token in the file is/.test(error.message) && !error.message.includes(token.secret),
        );
      }),
    );
    assert.throws(() => parseToken(text.replace(/^osb1\.M/, 'osb1.X'), 'the file'), /damaged/);
  });

  it('come from the file before the environment', () => {
    const path = join(temporaryDirectory(), 'token');
    writeFileSync(path, `${formatToken(token)}\n`);
    const other = formatToken(createTokenKey(now).token);
    assert.deepEqual(findToken(path, { OSB_FLEET_TOKEN: other }), token);
    assert.deepEqual(findToken(null, { OSB_FLEET_TOKEN: other }), parseToken(other, ''));
    assert.equal(findToken(null, { OSB_FLEET_TOKEN: '' }), null);
    assert.equal(findToken(null, {}), null);
  });

  it('have secrets that are compared whole', () => {
    assert.ok(isSameSecret('abc', 'abc'));
    for (const wrong of ['', 'ab', 'abcd', 'abd']) assert.ok(!isSameSecret(wrong, 'abc'));
  });

  it('have a key that only its owner may read, and that fits no other token', () => {
    const path = join(temporaryDirectory(), 'key.json');
    const key = createTokenKey(Date.now());
    assert.equal(readTokenKey(path), null);
    assert.throws(() => tokenKeyFor(key.token, path), { code: 'CONFIG', message: /does not exist/ });
    writeTokenKey(path, key);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(tokenKeyFor(key.token, path), key);
    assert.throws(() => tokenKeyFor(token, path), { code: 'CONFIG', message: /is not the one/ });
    writeTokenKey(path, createTokenKey(Date.parse('2010-01-01')));
    const expired = readTokenKey(path);
    assert.ok(expired !== null);
    assert.throws(() => tokenKeyFor(expired.token, path), { code: 'CONFIG', message: /has expired/ });
    writeFileSync(path, '{');
    assert.throws(() => readTokenKey(path), { code: 'CONFIG', message: /is damaged/ });
  });
});
