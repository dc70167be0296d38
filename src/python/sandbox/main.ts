// Entry of the process in which the Python of a plug-in runs: starts Python, then obeys one message after the other. It
// has no event loop of its own: where there is nothing to do, it waits in a read.
//
//   node <flags> main.js <Pyodide's directory> <directory of the Python files> <snapshot, or ''>
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EmscriptenFs, PythonBridge } from './emscripten.ts';
import { BlockingFrames, FRAME_HEAD } from './frames.ts';
import { readOnlyFiles, type SharedFile } from './read-only-files.ts';
import { leaveBareRealm } from './realm.ts';
import { limitScratch } from './scratch-limit.ts';

/** Where Python finds the host's own modules, the workloads, and its working directory. */
const GLUE = '/osb';
const WORKLOADS = '/workloads';
const SCRATCH = '/run';
/** What plug-ins import most. It lies in the snapshot. */
const WARM =
  'import osb_host.bridge, asyncio, collections, copy, csv, datetime, json, logging, pathlib, random, re, typing';

interface Pyodide {
  readonly FS: EmscriptenFs;
  runPython(code: string): unknown;
  pyimport(name: string): PythonBridge;
  makeMemorySnapshot(): Uint8Array;
}

/** Bytes of the digest in front of a snapshot. */
const DIGEST = 32;

const [, , pyodideDirectory = '', glueDirectory = '', snapshotFile = ''] = process.argv;
const leave = process.exit.bind(process);
// The terminal's Ctrl-C is for the test run, which ends this process in its own time.
process.on('SIGINT', () => undefined);
await serve(new BlockingFrames(3));
leave(0);

async function serve(frames: BlockingFrames): Promise<void> {
  const { python, snapshot } = await start();
  const said = Buffer.from(JSON.stringify({ hasSnapshot: snapshot !== null }));
  frames.write(head(said.length, snapshot?.length ?? 0));
  frames.write(said);
  if (snapshot !== null) frames.write(snapshot);
  const begin = frames.read();
  if (begin === null) return;
  share(python, begin);
  const bridge = python.pyimport('osb_host.bridge');
  for (let message = frames.read(); message !== null; message = frames.read()) {
    bridge.make_room(message.length);
    const inbox = bridge.inbox.getBuffer('u8');
    inbox.data.set(message);
    inbox.release();
    const answer = bridge.handle(message.length);
    const bytes = answer.getBuffer('u8');
    frames.write(bytes.data);
    bytes.release();
    answer.destroy();
  }
}

/** Starts Python from the snapshot, or, if there is none, from scratch; then a snapshot is made if one is wanted. */
async function start(): Promise<{ readonly python: Pyodide; readonly snapshot: Uint8Array | null }> {
  const stored = readSnapshot(snapshotFile);
  const glue = readGlue(glueDirectory, '');
  const lock = lockFile();
  const print = writer(1);
  const complain = writer(2);
  const endOfStart = leaveBareRealm();
  const { default: createPyodideModule } = await import(pathToFileURL(join(pyodideDirectory, 'pyodide.asm.mjs')).href);
  const { loadPyodide } = await import(pathToFileURL(join(pyodideDirectory, 'pyodide.mjs')).href);
  const wantsSnapshot = stored === null && snapshotFile !== '';
  const python: Pyodide = await loadPyodide({
    createPyodideModule,
    indexURL: pyodideDirectory,
    lockFileContents: lock,
    jsglobals: Object.create(null),
    env: { HOME: SCRATCH, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' },
    stdin: () => null,
    stdout: print,
    stderr: complain,
    ...(stored === null ? {} : { _loadSnapshot: stored }),
    ...(wantsSnapshot ? { _makeSnapshot: true } : {}),
  });
  endOfStart();
  for (const { path, text } of glue) writeGlue(python.FS, path, text);
  if (stored === null) python.runPython(`import sys; sys.path.insert(0, ${JSON.stringify(GLUE)})`);
  if (stored === null) python.runPython(WARM);
  return { python, snapshot: wantsSnapshot ? sealed(python.makeMemorySnapshot()) : null };
}

/** Mounts the files that Python may read, and makes its working directory. */
function share({ FS, runPython }: Pyodide, message: Uint8Array): void {
  const size = new DataView(message.buffer, message.byteOffset).getUint32(0, true);
  const begin: { readonly files: readonly SharedFile[] } = JSON.parse(
    new TextDecoder().decode(message.subarray(FRAME_HEAD, FRAME_HEAD + size)),
  );
  FS.mkdirTree(SCRATCH);
  FS.mkdirTree(WORKLOADS);
  FS.mount(readOnlyFiles(FS, begin.files), {}, WORKLOADS);
  limitScratch(FS);
  runPython(`import os; os.chdir(${JSON.stringify(SCRATCH)})`);
}

function writeGlue(fs: EmscriptenFs, path: string, text: Uint8Array): void {
  fs.mkdirTree(`${GLUE}/${path}`.slice(0, `${GLUE}/${path}`.lastIndexOf('/')));
  fs.writeFile(`${GLUE}/${path}`, text);
}

function readGlue(directory: string, below: string): { readonly path: string; readonly text: Uint8Array }[] {
  return readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return readGlue(directory, path);
    return entry.name.endsWith('.py') ? [{ path, text: readFileSync(join(directory, path)) }] : [];
  });
}

/** Pyodide's list of packages without any package: what is not here is not fetched from anywhere. */
function lockFile(): unknown {
  const lock: unknown = JSON.parse(readFileSync(join(pyodideDirectory, 'pyodide-lock.json'), 'utf8'));
  return typeof lock === 'object' && lock !== null ? { ...lock, packages: {} } : lock;
}

/** The memory of a started Python; `null` if the file is not there or not whole. */
function readSnapshot(file: string): Uint8Array | null {
  if (file === '' || !existsSync(file)) return null;
  const stored = readFileSync(file);
  const memory = stored.subarray(DIGEST);
  const isWhole = createHash('sha256').update(memory).digest().equals(stored.subarray(0, DIGEST));
  return isWhole ? new Uint8Array(memory) : null;
}

function sealed(memory: Uint8Array): Uint8Array {
  return Buffer.concat([createHash('sha256').update(memory).digest(), memory]);
}

/** Writes lines to one of the standard outputs, which the owner of this process reads for its log. */
function writer(fd: number): (line: string) => void {
  return (line) => {
    const bytes = Buffer.from(`${line}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  };
}

function head(text: number, bytes: number): Uint8Array {
  const made = new Uint8Array(FRAME_HEAD);
  new DataView(made.buffer).setUint32(0, text, true);
  new DataView(made.buffer).setUint32(4, bytes, true);
  return made;
}
