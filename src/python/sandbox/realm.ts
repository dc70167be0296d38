// Takes the powers of Node.js away from the realm in which Python runs. What is left is the language, WebAssembly and
// clocks: code that gets out of Python finds no files, no network, no processes and no way to compile a text.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What Pyodide needs of the realm, beside the language. */
const KEPT: ReadonlySet<string> = new Set([
  'WebAssembly',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'performance',
  'setTimeout',
  'clearTimeout',
  'queueMicrotask',
]);

/** Names that the language itself defines. They are there in a realm without Node.js too. */
const LANGUAGE: ReadonlySet<string> = new Set(
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date Promise RegExp
   Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError globalThis
   JSON Math Intl ArrayBuffer DataView Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array Float16Array
   Float32Array Float64Array Uint8ClampedArray BigInt64Array BigUint64Array BigInt Map Set WeakMap WeakSet WeakRef
   Proxy Reflect FinalizationRegistry Iterator decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape
   isFinite isNaN`.split(/\s+/),
);

/** Names that are there while Pyodide starts, and are taken away after that. */
const STARTING = ['read', 'readbuffer', 'load'] as const;

/**
 * Removes everything from the global object that is neither part of the language nor needed, and puts in place what
 * Pyodide asks a bare JavaScript shell for. Returns what ends the time in which files can be read.
 */
export function leaveBareRealm(): () => void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!KEPT.has(name) && !LANGUAGE.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  define('read', (path: string) => readFileSync(path, 'utf8'));
  define('readbuffer', (path: string) => readFileSync(path));
  define('load', () => undefined);
  define('print', () => undefined);
  define('console', Object.freeze({ log: nothing, warn: nothing, error: nothing, info: nothing, debug: nothing }));
  define('os', Object.freeze({ system: randomBase64 }));
  return () => {
    for (const name of STARTING) Reflect.deleteProperty(globalThis, name);
  };
}

const nothing = (): undefined => undefined;

/** A shell makes random bytes with a command that ends in the number of bytes; nothing else is run in this way. */
function randomBase64(_command: string, words: readonly string[]): string {
  const count = /head -c\s*(\d+)/.exec(words[1] ?? '')?.[1];
  return randomBytes(Math.min(Number(count ?? 0), 65_536)).toString('base64');
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
