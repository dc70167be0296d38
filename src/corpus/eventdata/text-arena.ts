// Many short ASCII texts in one block of bytes, from which they are copied without making objects.

/** A copy may read up to so many bytes behind a text, and write as many behind the copy. */
export const COPY_SLACK = 8;

/** Texts by their numbers: text i goes from `starts[i]` up to `starts[i + 1]`. */
export interface TextArena {
  readonly view: DataView;
  readonly starts: Uint32Array;
}

/**
 * Packs texts. Throws a RangeError if one is not printable ASCII: {@link copyText} moves eight bytes as a float, which
 * might change other bytes.
 */
export function packTexts(texts: readonly string[]): TextArena {
  const starts = new Uint32Array(texts.length + 1);
  let size = 0;
  for (let i = 0; i < texts.length; i++) {
    size += texts[i]?.length ?? 0;
    starts[i + 1] = size;
  }
  const bytes = Buffer.alloc(size + COPY_SLACK);
  const all = texts.join('');
  bytes.write(all, 0, 'latin1');
  if (/[^\x20-\x7e\n]/.test(all)) throw new RangeError('Only printable ASCII texts can be packed.');
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), starts };
}

/**
 * Copies a text. Returns the position behind it. Whole groups of eight bytes are written, so a few bytes behind the
 * copy are overwritten.
 */
export function copyText(arena: TextArena, text: number, target: DataView, position: number): number {
  const from = arena.starts[text] ?? 0;
  const length = (arena.starts[text + 1] ?? 0) - from;
  const source = arena.view;
  for (let i = 0; i < length; i += 8) target.setFloat64(position + i, source.getFloat64(from + i, true), true);
  return position + length;
}

/** A text as a JSON string without its quotes, in ASCII only. */
export function jsonText(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
