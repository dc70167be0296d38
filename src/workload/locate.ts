// From a JSON path to the place in the text, for messages about documents that are valid JSON.
import { pathSegments } from './json-path.ts';

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gsy;
const BLANK = /\s*/y;

/**
 * Offset of the value at a path in a JSON text; of the deepest part of the path that exists if the rest does not.
 * The text must be valid JSON.
 */
export function offsetOfPath(text: string, path: string): number {
  const scanner = new Scanner(text);
  scanner.skipBlank();
  let offset = scanner.position;
  for (const segment of pathSegments(path)) {
    const isThere = typeof segment === 'number' ? scanner.enterItem(segment) : scanner.enterProperty(segment);
    if (!isThere) return offset;
    offset = scanner.position;
  }
  return offset;
}

/** Walks over the tokens of a JSON text. `position` is the start of the next token. */
class Scanner {
  position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  skipBlank(): void {
    BLANK.lastIndex = this.position;
    BLANK.exec(this.text);
    this.position = BLANK.lastIndex;
  }

  /**
   * Moves to the value of a property (the last of that name) of the object that starts here; stays if there is none.
   */
  enterProperty(key: string): boolean {
    const start = this.position;
    let found = -1;
    if (this.take() === '{') {
      while (this.peek().startsWith('"')) {
        const name = this.take();
        this.take();
        if (unquote(name) === key) found = this.position;
        this.skipValue();
        if (this.peek() === ',') this.take();
      }
    }
    this.position = found === -1 ? start : found;
    return found !== -1;
  }

  /** Moves to an item of the array that starts here; stays if there is none. */
  enterItem(index: number): boolean {
    const start = this.position;
    if (this.take() === '[') {
      for (let current = 0; this.peek() !== ']' && this.peek() !== ''; current++) {
        if (current === index) return true;
        this.skipValue();
        if (this.peek() === ',') this.take();
      }
    }
    this.position = start;
    return false;
  }

  private skipValue(): void {
    let depth = 0;
    do {
      const token = this.take();
      if (token === '') return;
      if (token === '{' || token === '[') depth++;
      else if (token === '}' || token === ']') depth--;
    } while (depth > 0);
  }

  private peek(): string {
    TOKEN.lastIndex = this.position;
    return TOKEN.exec(this.text)?.[0] ?? '';
  }

  private take(): string {
    const token = this.peek();
    this.position += token.length;
    this.skipBlank();
    return token;
  }
}

function unquote(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const value: unknown = JSON.parse(token);
  return String(value);
}
