// Writes to the terminal, as the only one to do so: with prefixes and colours, or not at all if that is wanted, without
// secrets, and without characters that act on the terminal but its own colours and one line that is rewritten in place.
import { knownSecrets } from '../../secrets.ts';
import type { OutputStream, ProcessEnvironment } from '../environment.ts';
import { redact } from '../redact.ts';
import { visibleText } from './visible-text.ts';

type Style = 'bold' | 'underline' | 'red' | 'green';
const codes: Readonly<Record<Style, string>> = { bold: '1', underline: '4', red: '31;1', green: '32;1' };
/** Matches what {@link Console} puts around a styled text. */
const ownCodes = new RegExp(`(\u001b\\[(?:0|${Object.values(codes).join('|')})m)`);
const defaultWidth = 80;

/** Limit of a line of a complaint in characters. It may quote what the user gave, which can be very long. */
const longestLine = 2000;
/** How many characters of a longer line are kept from its end, where a message says what is wrong. */
const keptEnd = 500;

/** A line, with its middle left out if it is too long. */
function bounded(line: string): string {
  const surplus = line.length - longestLine;
  return surplus <= 0
    ? line
    : `${line.slice(0, longestLine - keptEnd)} … (${surplus} characters more) … ${line.slice(-keptEnd)}`;
}

/** The terminal of one command. */
export class Console {
  /** Whether standard output is a terminal that understands movements of the cursor. */
  readonly isInteractive: boolean;
  private readonly stdout: OutputStream;
  private readonly stderr: OutputStream;
  private readonly isQuiet: boolean;
  private readonly hasColours: boolean;
  private readonly columns: number | null;
  /** The line that is rewritten in place; empty = none on the screen. */
  private status = '';

  constructor(environment: Pick<ProcessEnvironment, 'stdout' | 'stderr' | 'variables'>, isQuiet: boolean) {
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

  /** Height of the terminal in lines; infinite if it is not known. */
  get height(): number {
    const { rows } = this.stdout;
    return rows !== undefined && rows > 0 ? rows : Number.POSITIVE_INFINITY;
  }

  /** Width of help: `COLUMNS` beats the terminal. */
  get helpWidth(): number {
    return this.columns ?? this.width;
  }

  /** Prints a line (or several) as it is, unless `--quiet` was given. */
  print(text = ''): void {
    if (this.isQuiet) return;
    this.printResult(text);
  }

  /** Prints a result that scripts read, e.g. JSON, even if `--quiet` was given. */
  printResult(text: string): void {
    this.printSecret(knownSecrets.mask(text));
  }

  /** Prints what the user asked to see although it is a secret. */
  printSecret(text: string): void {
    this.eraseStatus();
    this.stdout.write(`${this.shown(text)}\n`);
  }

  /** Tells the user something. */
  info(message: string): void {
    this.print(`[INFO] ${message}`);
  }

  /** Warns the user. */
  warning(message: string): void {
    this.print(`[WARNING] ${message}`);
  }

  /** Says on standard error why a command failed, unless `--quiet` was given. */
  error(message: string): void {
    if (!this.isQuiet) this.complain(`[ERROR] ${message}`);
  }

  /** Prints a complaint about the command line to standard error, even if `--quiet` is among its words. */
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

  /** Takes the rewritten line off the screen. */
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
