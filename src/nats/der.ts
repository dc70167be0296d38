// Writes the part of DER, the binary encoding of ITU-T X.690, that certificates need. Each exported value is one
// encoded element, or makes one.

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** A SEQUENCE of elements that are already encoded. */
export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(tags.sequence, Buffer.concat(parts));
/** A SET of elements that are already encoded, in the order that is given. */
export const set = (...parts: readonly Uint8Array[]): Buffer => element(tags.set, Buffer.concat(parts));
/** An OCTET STRING: plain bytes. */
export const octetString = (content: Uint8Array): Buffer => element(tags.octetString, content);
/** A UTF8String: a text. */
export const utf8 = (text: string): Buffer => element(tags.utf8, Buffer.from(text));
/** The BOOLEAN that is true. */
export const trueValue = element(tags.boolean, Buffer.from([0xff]));

/** An INTEGER that is not negative, of any size, given as big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
  return element(tags.integer, (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.from([0]), digits]));
}

/** A BIT STRING. `unused` is the number of bits at the end of the last byte that do not count. */
export const bitString = (content: Uint8Array, unused = 0): Buffer =>
  element(tags.bitString, Buffer.concat([Buffer.from([unused]), content]));

/**
 * An element with the context-specific tag `[number]`, which either holds elements (constructed) or bytes (primitive).
 */
export const tagged = (number: number, isConstructed: boolean, content: Uint8Array): Buffer =>
  element(0x80 | (isConstructed ? 0x20 : 0) | number, content);

/** An OBJECT IDENTIFIER, given in its dotted form. Its first two arcs share one byte, as those of certificates can. */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const digits = [arc & 0x7f];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
      digits.unshift(0x80 | (high & 0x7f));
    bytes.push(...digits);
  }
  return element(tags.oid, Buffer.from(bytes));
}

/**
 * A moment, in epoch ms, to the second and in UTC. RFC 5280 demands UTCTime, the short form, until 2049 and
 * GeneralizedTime after that.
 */
export function time(epoch: number): Buffer {
  const digits = `${new Date(epoch).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const isShort = new Date(epoch).getUTCFullYear() < 2050;
  return element(isShort ? tags.utcTime : tags.generalizedTime, Buffer.from(isShort ? digits.slice(2) : digits));
}
