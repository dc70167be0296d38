// The parts of Emscripten's file system and of Pyodide that the sandbox works with.

/** Facts of a file. */
export interface FileAttributes {
  readonly dev: number;
  readonly ino: number;
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly rdev: number;
  readonly size: number;
  readonly atime: Date;
  readonly mtime: Date;
  readonly ctime: Date;
  readonly blksize: number;
  readonly blocks: number;
}

/** A file or directory of a mounted file system. */
export interface FsNode {
  readonly id: number;
  readonly mode: number;
  readonly name: string;
  usedBytes?: number;
  node_ops: NodeOperations;
  stream_ops: StreamOperations;
}

/** An open file. */
export interface FsStream {
  readonly node: FsNode;
  position: number;
}

/** What can be done with a node. What is absent is refused. */
export interface NodeOperations {
  readonly getattr?: (node: FsNode) => FileAttributes;
  readonly setattr?: (node: FsNode) => void;
  readonly lookup?: (parent: FsNode, name: string) => FsNode;
  readonly readdir?: (node: FsNode) => readonly string[];
}

/** What can be done with an open file. */
export interface StreamOperations {
  readonly open?: (stream: FsStream) => void;
  readonly close?: (stream: FsStream) => void;
  readonly read?: (stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number) => number;
  readonly llseek?: (stream: FsStream, offset: number, whence: number) => number;
  write?: (stream: FsStream, buffer: Uint8Array, offset: number, length: number, position: number) => number;
}

/** A kind of file system that can be mounted. */
export interface FileSystemType {
  mount(mount: unknown): FsNode;
}

/** The file system in memory, as far as its growth is watched. */
export interface MemoryFileSystem extends FileSystemType {
  readonly ops_table: { readonly file: { readonly stream: StreamOperations } };
  resizeFileStorage(node: FsNode, size: number): void;
}

/** Emscripten's `FS`. */
export interface EmscriptenFs {
  readonly filesystems: { readonly MEMFS: MemoryFileSystem };
  readonly ErrnoError: new (errno: number) => Error;
  createNode(parent: FsNode | null, name: string, mode: number, device: number): FsNode;
  mkdirTree(path: string): void;
  mount(type: FileSystemType, options: object, mountPoint: string): void;
  writeFile(path: string, data: Uint8Array | string): void;
  chdir(path: string): void;
}

/** A view of the bytes of a Python object. It pins the object until it is released. */
export interface PythonBuffer {
  readonly data: Uint8Array;
  release(): void;
}

/** A Python object that JavaScript holds. */
export interface PythonObject {
  getBuffer(type: 'u8'): PythonBuffer;
  destroy(): void;
}

/** The door of the Python side: `osb_host.bridge`. */
export interface PythonBridge {
  readonly inbox: PythonObject;
  make_room(size: number): void;
  handle(size: number): PythonObject;
}

/** Numbers of errors, as WASI counts them. */
export const errno = { badFile: 8, invalid: 28, io: 29, notFound: 44, noSpace: 51, readOnly: 69 } as const;
