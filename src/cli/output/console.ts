// The only writer to the terminal: prefixes, colours, silence, no secrets, nothing that acts on it but its own colours
// and one line that is rewritten in place.
import { knownSecrets } from '../../secrets.ts';
import type { Environment, OutputStream } from '../environment.ts';
import { redact } from '../redact.ts';
import { visibleText } from './visible-text.ts';

type Style = 'bold' | 'underline' | 'red' | 'green';
const codes: Readonly<Record<Style, string>> = { bold: '1', underline: '4', red: '31;1', green: '32;1' };
/** What {@link Console} puts around a styled text. */
const ownCodes = new RegExp(`(\u001b\\[(?:0|${Object.values(codes).join('|')})m)`);
const defaultWidth = 80;

/** Characters of a line of a complaint, which may quote what somebody gave in its whole length. */
const longestLine = 2000;
/** Of these, the ones that are kept from the end, where a message says what is wrong. */
const keptEnd = 500;

/** A line of a bearable length. */
function bounded(line: string): string {
  const surplus = line.length - longestLine;
  return surplus <= 0 ? line : `${line.slice(0, longestLine - keptEnd)} … (${surplus} characters more) … ${line.slice(-keptEnd)}`;
}

export class Console {
  /** Standard output is a terminal that understands cursor movements. */
  readonly isInteractive: boolean;
  private readonly stdout: OutputStream;
  private readonly stderr: OutputStream;
  private readonly isQuiet: boolean;
  private readonly hasColours: boolean;
  private readonly columns: number | null;
  /** The line that is rewritten in place; empty = none on the screen. */
  private status = '';

  constructor(environment: Pick<Environment, 'stdout' | 'stderr' | 'variables'>, isQuiet: boolean) {
    const { stdout, stderr, variables } = environment;
    this.stdout = stdout;
    this.stderr = stderr;
    this.isQuiet = isQuiet;
    this.isInteractive = stdout.isTTY === true && variables.TERM !== 'dumb';
    this.hasColours = this.isInteractive && (variables.NO_COLOR ?? '') === '';
    const columns = Number(variables.COLUMNS ?? '');
    this.columns = Number.isInteger(columns) && columns > 0 ? columns : null;
  }

  /** Width of the terminal in characters; asked anew each time, because windows change. */
  get width(): number {
    const { columns } = this.stdout;
    return columns !== undefined && columns > 0 ? columns : (this.columns ?? defaultWidth);
  }

  /** Width of help: `COLUMNS` beats the terminal. */
  get helpWidth(): number {
    return this.columns ?? this.width;
  }

  /** A line (or several) as it is. */
  print(text = ''): void {
    if (this.isQuiet) return;
    this.printResult(text);
  }

  /** A result that scripts read, e.g. JSON: printed despite `--quiet`. */
  printResult(text: string): void {
    this.printSecret(knownSecrets.mask(text));
  }

  /** What the user asked to see although it is a secret. */
  printSecret(text: string): void {
    this.eraseStatus();
    this.stdout.write(`${this.shown(text)}\n`);
  }

  info(message: string): void {
    this.print(`[INFO] ${message}`);
  }

  warning(message: string): void {
    this.print(`[WARNING] ${message}`);
  }

  error(message: string): void {
    if (!this.isQuiet) this.complain(`[ERROR] ${message}`);
  }

  /** A complaint about the command line: shown even if `--quiet` is among its words. */
  complain(text: string): void {
    this.eraseStatus();
    this.stderr.write(`${this.shown(redact(text).split('\n').map(bounded).join('\n'))}\n`);
  }

  /** Rewrites the line in place; only on interactive terminals. */
  showStatus(text: string): void {
    if (this.isQuiet || !this.isInteractive || text === this.status) return;
    // Cut below the width: a line that fills the last column makes some terminals scroll.
    const line = [...visibleText(knownSecrets.mask(text))].slice(0, Math.max(0, this.width - 1)).join('');
    this.stdout.write(`\r\u001b[2K${line}`);
    this.status = line;
  }

  /** Leaves the rewritten line on the screen as a line of its own. */
  keepStatus(): void {
    if (this.status !== '') this.stdout.write('\n');
    this.status = '';
  }

  eraseStatus(): void {
    if (this.status !== '') this.stdout.write('\r\u001b[2K');
    this.status = '';
  }

  bold = (text: string): string => this.styled('bold', text);
  underline = (text: string): string => this.styled('underline', text);
  red = (text: string): string => this.styled('red', text);
  green = (text: string): string => this.styled('green', text);

  /** A text as it is written: only the colours of this class act on a terminal. */
  private shown(text: string): string {
    if (!this.hasColours) return visibleText(text);
    return text
      .split(ownCodes)
      .map((part, index) => (index % 2 === 0 ? visibleText(part) : part))
      .join('');
  }

  private styled(style: Style, text: string): string {
    return this.hasColours ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
  }
}
