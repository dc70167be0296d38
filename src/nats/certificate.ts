// Makes the two X.509 certificates (RFC 5280) of a fleet with a token: that of a certificate authority, and that of the
// coordinator's server, which the authority signs.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  trueValue,
  utf8,
} from './der.ts';

/**
 * A server's certificate and private key, and the certificate of the authority that signed it, all in PEM. The private
 * key of the authority is not kept, because it never signs anything else.
 */
export interface ServerCertificate {
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

const dayMillis = 24 * 60 * 60 * 1000;
/** Certificates are valid from before they are made, because the clocks of other machines may be behind. */
const earlierMillis = 2 * dayMillis;
const lifeMillis = 3650 * dayMillis;

const oids = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

interface Party {
  readonly name: string;
  readonly publicKey: KeyObject;
}

/**
 * Makes both certificates with new P-256 keys. They are valid from two days before `now` (epoch ms) until 3650 days
 * after it, for a server of the name `dnsName`.
 */
export function createServerCertificate(dnsName: string, now: number): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer: Party = { name: 'opensearch-benchmark fleet', publicKey: authority.publicKey };
  const subject: Party = { name: dnsName, publicKey: server.publicKey };
  const issue = (party: Party, extensions: readonly Buffer[]): string =>
    certificate(issuer, party, extensions, authority.privateKey, now);
  return {
    certificateAuthority: issue(issuer, [
      extension(oids.basicConstraints, true, sequence(trueValue, integer(Buffer.from([0])))),
      // The only allowed use of the key is keyCertSign.
      extension(oids.keyUsage, true, bitString(Buffer.from([0x04]), 2)),
    ]),
    certificate: issue(subject, [
      extension(oids.basicConstraints, true, sequence()),
      // The only allowed use of the key is digitalSignature.
      extension(oids.keyUsage, true, bitString(Buffer.from([0x80]), 7)),
      extension(oids.extendedKeyUsage, false, sequence(objectIdentifier(oids.serverAuth))),
      extension(oids.subjectAltName, false, sequence(tagged(2, false, Buffer.from(dnsName)))),
    ]),
    privateKey: server.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function certificate(
  issuer: Party,
  subject: Party,
  extensions: readonly Buffer[],
  key: KeyObject,
  now: number,
): string {
  const algorithm = sequence(objectIdentifier(oids.ecdsaWithSha256));
  const identifiers = [
    extension(oids.subjectKeyIdentifier, false, octetString(keyIdentifier(subject.publicKey))),
    extension(oids.authorityKeyIdentifier, false, sequence(tagged(0, false, keyIdentifier(issuer.publicKey)))),
  ];
  const body = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    nameOf(issuer),
    sequence(time(now - earlierMillis), time(now + lifeMillis)),
    nameOf(subject),
    subject.publicKey.export({ format: 'der', type: 'spki' }),
    tagged(3, true, sequence(...extensions, ...identifiers)),
  );
  return pem(sequence(body, algorithm, bitString(sign('sha256', body, key))));
}

const nameOf = ({ name }: Party): Buffer => sequence(set(sequence(objectIdentifier(oids.commonName), utf8(name))));

const extension = (oid: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(objectIdentifier(oid), ...(isCritical ? [trueValue] : []), octetString(value));

const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest()
    .subarray(0, 20);

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
