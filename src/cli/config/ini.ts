// Reads ini files as Python's configparser does, apart from its interpolation.
import type { Problem } from '../../errors.ts';

/** The value of a key. */
export interface IniEntry {
  readonly value: string;
  /** Counts from 1. */
  readonly line: number;
}

/** What an ini file says. */
export interface Ini {
  /** Section name → key in lower case → entry. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, IniEntry>>;
  readonly problems: readonly Problem[];
}

interface Draft {
  readonly value: string[];
  readonly line: number;
}

/**
 * Reads sections, `key = value` or `key: value`, comments that are whole lines, and continuation lines that are
 * indented. Keys know no case. `%` is an ordinary character; files written for OpenSearch Benchmark double it, so `%%`
 * reads as one. Never throws: what is wrong is among the problems.
 */
export function parseIni(file: string, text: string): Ini {
  return new IniReader(file).read(text);
}

class IniReader {
  private readonly file: string;
  private readonly sections = new Map<string, Map<string, Draft>>();
  private readonly problems: Problem[] = [];
  private section: Map<string, Draft> | null = null;
  private entry: Draft | null = null;

  constructor(file: string) {
    this.file = file;
  }

  read(text: string): Ini {
    const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
    lines.forEach((line, index) => {
      this.line(line, index + 1);
    });
    const finished = [...this.sections].map(
      ([name, drafts]) => [name, new Map([...drafts].map(([key, draft]) => [key, finish(draft)]))] as const,
    );
    return { sections: new Map(finished), problems: this.problems };
  }

  private line(text: string, line: number): void {
    const trimmed = text.trim();
    if (trimmed === '' || /^[#;]/.test(trimmed)) return;
    if (/^\s/.test(text) && this.entry !== null) {
      this.entry.value.push(trimmed);
      return;
    }
    this.entry = null;
    const header = /^\[(.+)\]$/.exec(trimmed);
    if (header !== null) this.openSection(header[1] ?? '', line);
    else this.keyAndValue(trimmed, line);
  }

  private openSection(name: string, line: number): void {
    if (this.sections.has(name)) this.complain(line, `section [${name}] is there twice`);
    this.section = this.sections.get(name) ?? new Map();
    this.sections.set(name, this.section);
  }

  private keyAndValue(text: string, line: number): void {
    const separator = text.search(/[=:]/);
    if (this.section === null || separator < 1) {
      const what = `'${text.split(/\s/)[0]}' is neither a section nor a line of the form key = value`;
      this.complain(line, this.section === null ? 'a key before the first [section]' : what);
      return;
    }
    const key = text.slice(0, separator).trim().toLowerCase();
    if (this.section.has(key)) this.complain(line, `the key ${key} is there twice in its section`);
    this.entry = { value: [text.slice(separator + 1).trim()], line };
    this.section.set(key, this.entry);
  }

  private complain(line: number, message: string): void {
    this.problems.push({ file: this.file, line, message });
  }
}

const finish = (draft: Draft): IniEntry => ({
  value: draft.value.join('\n').trim().replaceAll('%%', '%'),
  line: draft.line,
});
