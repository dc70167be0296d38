// Nkeys and JWTs in the forms that NATS uses, made with Ed25519 of Node's own crypto module. The JWT library of NATS
// signs in JavaScript, which takes a hundred times as long.
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

/** Whom a key identifies: an account, which signs what its users may do, or a user. */
export type KeyKind = 'account' | 'user';

/** First byte of what the text form encodes: for seeds, and for each kind of public key. */
const prefixes = { seed: 18 << 3, account: 0, user: 20 << 3 } as const;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** The DER that precedes the 32 bytes of an Ed25519 private key in the PKCS #8 format (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
const rawKeyBytes = 32;

/** An Ed25519 key pair, also in the text forms that NATS uses. */
export interface KeyPair {
  /** The public key as text; it begins with `A` for an account and with `U` for a user. */
  readonly publicKey: string;
  /** The private key as text, a secret; it begins with `SA` or `SU`. */
  readonly seed: string;
  readonly privateKey: KeyObject;
}

/** Makes a new random key pair. */
export function createKeyPair(kind: KeyKind): KeyPair {
  return pairOf(kind, randomBytes(rawKeyBytes));
}

function pairOf(kind: KeyKind, secret: Buffer): KeyPair {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, secret]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-rawKeyBytes);
  const kindByte = prefixes[kind];
  // In a seed the kind of the key is spread over two bytes: its upper three bits follow the five bits of the seed's own
  // prefix, its lower five bits begin the next byte.
  const head = Buffer.from([prefixes.seed | (kindByte >> 5), (kindByte & 31) << 3]);
  return {
    publicKey: encode(Buffer.concat([Buffer.from([kindByte]), raw])),
    seed: encode(Buffer.concat([head, secret])),
    privateKey,
  };
}

/** Signs claims as a JWT of the kind that NATS wants (`ed25519-nkey`). `epochSeconds` is the time of issue. */
export function signJwt(issuer: KeyPair, claims: Readonly<Record<string, unknown>>, epochSeconds: number): string {
  const header = encodeJson({ typ: 'JWT', alg: 'ed25519-nkey' });
  const body = encodeJson({
    jti: randomBytes(16).toString('hex'),
    iat: epochSeconds,
    iss: issuer.publicKey,
    ...claims,
  });
  return `${header}.${body}.${sign(null, Buffer.from(`${header}.${body}`), issuer.privateKey).toString('base64url')}`;
}

/**
 * The claims of a JWT; `null` if the text is not one. The signature is not checked, so the text must come from a
 * trusted source.
 */
export function readClaims(jwt: string): unknown {
  const [, body] = jwt.split('.');
  if (body === undefined) return null;
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

const encodeJson = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Encodes the bytes and their checksum in base 32, without padding. */
function encode(bytes: Buffer): string {
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(bytes));
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of Buffer.concat([bytes, checksum])) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += base32[(pending >> (bits - 5)) & 31];
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + base32[(pending << (5 - bits)) & 31];
}

/** The checksum of nkeys: CRC-16/XMODEM. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}
