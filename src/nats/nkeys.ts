// Nkeys and the JWTs of NATS: Ed25519 keys of Node's own crypto in the text form of NATS. The JWT library signs in JavaScript, a hundred times slower.
import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';

export type KeyKind = 'account' | 'user';

/** First bytes of the text form: of a seed, and of each kind of public key. */
const prefixes = { seed: 18 << 3, account: 0, user: 20 << 3 } as const;
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** DER in front of the 32 bytes of an Ed25519 private key (RFC 8410). */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');
const rawKeyBytes = 32;

export interface KeyPair {
  /** `A…` or `U…`. */
  readonly publicKey: string;
  /** `SA…` or `SU…`: the secret. */
  readonly seed: string;
  readonly privateKey: KeyObject;
}

export function createKeyPair(kind: KeyKind): KeyPair {
  return pairOf(kind, randomBytes(rawKeyBytes));
}

function pairOf(kind: KeyKind, secret: Buffer): KeyPair {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, secret]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-rawKeyBytes);
  const kindByte = prefixes[kind];
  // The kind is spread over two bytes: three bits of it behind the five of the seed's own prefix.
  const head = Buffer.from([prefixes.seed | (kindByte >> 5), (kindByte & 31) << 3]);
  return { publicKey: encode(Buffer.concat([Buffer.from([kindByte]), raw])), seed: encode(Buffer.concat([head, secret])), privateKey };
}

/** A JWT as NATS wants it: `ed25519-nkey`, issued by the key pair now. */
export function signJwt(issuer: KeyPair, claims: Readonly<Record<string, unknown>>, epochSeconds: number): string {
  const header = encodeJson({ typ: 'JWT', alg: 'ed25519-nkey' });
  const body = encodeJson({ jti: randomBytes(16).toString('hex'), iat: epochSeconds, iss: issuer.publicKey, ...claims });
  return `${header}.${body}.${sign(null, Buffer.from(`${header}.${body}`), issuer.privateKey).toString('base64url')}`;
}

/** The claims of a JWT that a trusted way has brought; `null` if it is not one. The signature is not looked at. */
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

/** Base 32 of the bytes and of their checksum. */
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

/** CRC-16/XMODEM. */
function crc16(bytes: Buffer): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}
