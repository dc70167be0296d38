// Removes the types from TypeScript, which leaves JavaScript on the same lines.
import module from 'node:module';

/** Removes the types from a source text. Throws a `SyntaxError` that names file and line. */
export type StripTypes = (source: string, file: string) => string;

/** What the stripper says of a text that it refuses. */
interface Refusal {
  readonly message: string;
  readonly startLine: number;
}

/** Node's own stripper where there is one (22.13 and later), else the one that it is made of. */
export async function loadStripTypes(): Promise<StripTypes> {
  const strip = await loadStripper();
  return (source, file) => {
    try {
      return strip(source);
    } catch (error) {
      throw refused(error, file);
    }
  };
}

async function loadStripper(): Promise<(source: string) => string> {
  const own: unknown = Reflect.get(module, 'stripTypeScriptTypes');
  if (typeof own === 'function') return (source) => String(own(source));
  const { transformSync } = await import('@swc/wasm-typescript');
  return (source) => transformSync(source, { mode: 'strip-only' }).code;
}

function refused(error: unknown, file: string): SyntaxError {
  if (isRefusal(error)) return new SyntaxError(`${error.message} (${file}:${error.startLine})`);
  // Node's own stripper says the line only at the beginning of the stack.
  const line = error instanceof Error ? /^:(\d+)\n/.exec(error.stack ?? '')?.[1] : undefined;
  const place = line === undefined ? file : `${file}:${line}`;
  return new SyntaxError(`${error instanceof Error ? error.message : String(error)} (${place})`);
}

const isRefusal = (error: unknown): error is Refusal =>
  typeof error === 'object' &&
  error !== null &&
  'message' in error &&
  typeof error.message === 'string' &&
  'startLine' in error &&
  typeof error.startLine === 'number';
