// Keeps what plug-ins write to files in memory within bounds.
import { type EmscriptenFs, errno } from './emscripten.ts';

/** Bytes that may be written in all. */
const LIMIT = 256 << 20;

/** Lets writes to files in memory fail with "no space left" once too much has been written. */
export function limitScratch(fs: EmscriptenFs): void {
  const { MEMFS } = fs.filesystems;
  const { stream } = MEMFS.ops_table.file;
  const write = stream.write;
  const resize = MEMFS.resizeFileStorage;
  let used = 0;
  const grow = (bytes: number): void => {
    if (bytes <= 0) return;
    if (used + bytes > LIMIT) throw new fs.ErrnoError(errno.noSpace);
    used += bytes;
  };
  stream.write = (file, buffer, offset, length, position) => {
    grow(position + length - (file.node.usedBytes ?? 0));
    return write?.(file, buffer, offset, length, position) ?? 0;
  };
  MEMFS.resizeFileStorage = (node, size) => {
    grow(size - (node.usedBytes ?? 0));
    resize(node, size);
  };
}
