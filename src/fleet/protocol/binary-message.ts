// The layout of messages that carry bytes, such as histograms or documents: a JSON header, then any number of sections.
//
//   u32 length of the header | u32 number of sections | u32 length of each section | header | sections
//
// "u32" is an unsigned number of 4 bytes, little endian like the numbers within the sections.
import { decodeBytes, encodeBytes, type JsonCodec, refuse } from './json-codec.ts';

const MAX_SECTIONS = 1 << 16;

/** A message that was read: its header, and the byte sections that follow it. */
export interface BinaryMessage<H> {
  readonly header: H;
  /** Views into the bytes that were read, not copies. */
  readonly sections: readonly Uint8Array[];
}

/** The bytes of a message; {@link readBinaryMessage} reads them with the same codec. */
export function writeBinaryMessage<H>(
  codec: JsonCodec<H>,
  header: H,
  sections: readonly Uint8Array[] = [],
): Uint8Array {
  const head = encodeBytes(codec, header);
  const bodyStart = 8 + 4 * sections.length + head.length;
  const bytes = new Uint8Array(sections.reduce((sum, section) => sum + section.length, bodyStart));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  view.setUint32(4, sections.length, true);
  sections.forEach((section, index) => {
    view.setUint32(8 + 4 * index, section.length, true);
  });
  bytes.set(head, 8 + 4 * sections.length);
  let at = bodyStart;
  for (const section of sections) {
    bytes.set(section, at);
    at += section.length;
  }
  return bytes;
}

/** Reads a message. Throws {@link refuse} if its lengths do not add up exactly or the codec refuses the header. */
export function readBinaryMessage<H>(codec: JsonCodec<H>, bytes: Uint8Array, what: string): BinaryMessage<H> {
  if (bytes.length < 8) throw refuse(what, 'a binary message');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(0, true);
  const count = view.getUint32(4, true);
  const headStart = 8 + 4 * count;
  if (count > MAX_SECTIONS || headStart + headLength > bytes.length) throw refuse(what, 'a binary message');
  const sections: Uint8Array[] = [];
  let at = headStart + headLength;
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(8 + 4 * index, true);
    if (at + length > bytes.length) throw refuse(what, 'a whole binary message');
    sections.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at !== bytes.length) throw refuse(what, 'a binary message of its length');
  return { header: decodeBytes(codec, bytes.subarray(headStart, headStart + headLength), what), sections };
}
