// A file system that shows chosen files of this machine, read-only. Contents are read when they are asked for.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type EmscriptenFs, errno, type FileAttributes, type FileSystemType, type FsNode } from './emscripten.ts';

/** A file that Python may read. */
export interface SharedFile {
  /** Where Python sees it, relative to the mount point: `nested/queries.csv`. */
  readonly path: string;
  /** Where it lies on this machine. */
  readonly source: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

const DIRECTORY = 0o40555;
const FILE = 0o100444;

type Entry =
  | { readonly kind: 'directory'; readonly entries: Map<string, Entry>; node: FsNode | null }
  | { readonly kind: 'file'; readonly file: SharedFile; node: FsNode | null };

/** The file system with these files, to be mounted once. */
export function readOnlyFiles(fs: EmscriptenFs, files: readonly SharedFile[]): FileSystemType {
  return new ReadOnlyFiles(fs, files);
}

class ReadOnlyFiles implements FileSystemType {
  private readonly fs: EmscriptenFs;
  private readonly root: Entry = { kind: 'directory', entries: new Map(), node: null };
  private readonly entries = new Map<FsNode, Entry>();
  private readonly open = new WeakMap<object, number>();

  constructor(fs: EmscriptenFs, files: readonly SharedFile[]) {
    this.fs = fs;
    for (const file of files) this.add(file);
  }

  mount(): FsNode {
    return this.nodeOf(null, '/', this.root);
  }

  private add(file: SharedFile): void {
    let directory = this.root;
    const parts = file.path.split('/');
    for (const [index, part] of parts.entries()) {
      if (directory.kind === 'file') return;
      const isLast = index === parts.length - 1;
      const made: Entry = isLast
        ? { kind: 'file', file, node: null }
        : (directory.entries.get(part) ?? { kind: 'directory', entries: new Map(), node: null });
      directory.entries.set(part, made);
      directory = made;
    }
  }

  private nodeOf(parent: FsNode | null, name: string, entry: Entry): FsNode {
    if (entry.node !== null) return entry.node;
    const node = this.fs.createNode(parent, name, entry.kind === 'directory' ? DIRECTORY : FILE, 0);
    node.node_ops = {
      getattr: (asked) => this.attributes(asked),
      setattr: () => this.refuse(errno.readOnly),
      lookup: (directory, child) => this.lookup(directory, child),
      readdir: (directory) => ['.', '..', ...this.children(directory).keys()],
    };
    node.stream_ops = {
      open: (stream) => {
        if (entry.kind === 'file')
          this.open.set(
            stream,
            this.attempt(() => openSync(entry.file.source, 'r')),
          );
      },
      close: (stream) => {
        const fd = this.open.get(stream);
        if (fd !== undefined) closeSync(fd);
        this.open.delete(stream);
      },
      read: (stream, buffer, offset, length, position) =>
        this.attempt(() => readSync(this.fdOf(stream), buffer, offset, length, position)),
      llseek: (stream, offset, whence) => {
        const start = whence === 1 ? stream.position : whence === 2 ? this.sizeOf(stream) : 0;
        return start + offset >= 0 ? start + offset : this.refuse(errno.invalid);
      },
    };
    entry.node = node;
    this.entries.set(node, entry);
    return node;
  }

  private lookup(directory: FsNode, name: string): FsNode {
    const entry = this.children(directory).get(name);
    return entry === undefined ? this.refuse(errno.notFound) : this.nodeOf(directory, name, entry);
  }

  private children(node: FsNode): Map<string, Entry> {
    const entry = this.entries.get(node);
    return entry?.kind === 'directory' ? entry.entries : new Map();
  }

  private attributes(node: FsNode): FileAttributes {
    const entry = this.entries.get(node);
    const size = entry?.kind === 'file' ? entry.file.size : 4096;
    const time = new Date(entry?.kind === 'file' ? entry.file.modified : 0);
    const times = { atime: time, mtime: time, ctime: time };
    const owner = { nlink: 1, uid: 0, gid: 0, rdev: 0 };
    return { dev: 1, ino: node.id, mode: node.mode, ...owner, size, ...times, blksize: 4096, blocks: size >> 12 };
  }

  private fdOf(stream: object): number {
    return this.open.get(stream) ?? this.refuse(errno.badFile);
  }

  private sizeOf(stream: object): number {
    return this.attempt(() => fstatSync(this.fdOf(stream)).size);
  }

  private attempt<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof this.fs.ErrnoError) throw error;
      // The file is gone or cannot be read: Python hears of an error of reading.
      return this.refuse(errno.io);
    }
  }

  private refuse(code: number): never {
    throw new this.fs.ErrnoError(code);
  }
}
