// The process in which the Python of one load thread runs, seen from the thread: it is asked, and answers in order.
import type { ChildProcess } from 'node:child_process';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Duplex, type Readable } from 'node:stream';
import { BenchmarkError, messageOf } from '../errors.ts';
import { type Json, toJson, writeJson } from '../json.ts';
import { constructionLimit, type HostOptions } from '../plugin/host.ts';
import { type Seconds, seconds } from '../units.ts';
import { FrameReader } from './frame-reader.ts';
import { isSnapshot, launch, snapshotName } from './launch.ts';
import { pluginFiles } from './plugin-files.ts';
import { PythonFailures } from './python-failures.ts';
import { type Fields, fieldsOf } from './shapes.ts';

/** What is asked. Numbers keep the kind that they have in the workload. */
export type Header = Readonly<Record<string, Json>>;

/** An answer: what was said, and the bytes that came with it, which the receiver may keep. */
export interface Reply {
  readonly fields: Fields;
  readonly bytes: Buffer;
}

interface Question {
  readonly what: string;
  /** How long the answer may take, in ms. */
  readonly limit: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: BenchmarkError) => void;
}

/** Lines that a plug-in may print into the log. */
const MOST_LINES = 1000;
const LONGEST_LINE = 2000;
const NAMES_ERROR = /^(\w*Error|FATAL ERROR)\b/;
/** How long Python may take to start, in seconds: on a busy machine without a kept start it needs a while. */
const START_LIMIT = 120;
/** How long a kept start is kept: thirty days. */
const KEPT_MILLIS = 30 * 24 * 3_600_000;
const NOTHING = Buffer.alloc(0);

/** A running Python. */
export class PythonProcess {
  readonly failures: PythonFailures;
  private readonly child: ChildProcess;
  private readonly channel: Duplex;
  private readonly limit: Seconds;
  private readonly log: (message: string) => void;
  private readonly questions: Question[] = [];
  private headSince = 0;
  private watch: NodeJS.Timeout | null = null;
  private lines = 0;
  private lastWords = '';
  private ended: BenchmarkError | null = null;
  private readonly killAtExit = (): void => void this.child.kill('SIGKILL');
  private readonly hasExited: Promise<void>;

  private constructor(child: ChildProcess, options: HostOptions, limit: Seconds) {
    this.child = child;
    this.log = options.log;
    this.limit = limit;
    this.failures = new PythonFailures(options.place);
    this.channel = channelOf(child);
    const reader = new FrameReader((text, bytes) => this.onAnswer(text, bytes));
    this.channel.on('data', (chunk: Buffer) => this.guarded(() => reader.push(chunk)));
    this.channel.on('error', (error) => this.end('the Python of the plug-in', messageOf(error)));
    this.listen(child.stdout);
    this.listen(child.stderr);
    child.on('error', (error) => this.end('starting Python', messageOf(error)));
    this.hasExited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        this.onExit(code, signal);
        resolve();
      });
    });
    process.once('exit', this.killAtExit);
  }

  /** Starts Python and shows it the files of the workload. Rejects with `PLUGIN` if it does not start. */
  static async start(options: HostOptions, limit: Seconds = constructionLimit): Promise<PythonProcess> {
    const { directory, cacheDirectory } = options.place;
    const files = await pluginFiles(directory);
    const snapshot = cacheDirectory === undefined ? null : join(cacheDirectory, snapshotName());
    if (snapshot !== null) await mkdir(dirname(snapshot), { recursive: true });
    const python = new PythonProcess(launch({ directory, files, snapshot }), options, limit);
    try {
      const started = await python.expect('starting Python', seconds(START_LIMIT));
      python.stopWatch();
      if (snapshot !== null && started.fields.hasSnapshot === true) await python.keep(snapshot, started.bytes);
      python.send({ files: files.map((file) => toJson(file)) }, NOTHING);
      return python;
    } catch (error) {
      await python.close();
      throw error;
    }
  }

  /**
   * Asks something and resolves with the answer. Rejects with the `PLUGIN` error of an exception, of an answer that
   * does not come in time, or of the end of the process. `what` is what is going on, for that error.
   */
  async ask(header: Header, what: string, bytes: Buffer = NOTHING): Promise<Reply> {
    const reply = await this.askRaw(header, what, bytes);
    if (reply.fields.error !== undefined) throw this.failures.raised(what, reply.fields.error);
    return reply;
  }

  /** Like {@link ask}, but an exception is a part of the answer. */
  askRaw(header: Header, what: string, bytes: Buffer = NOTHING): Promise<Reply> {
    const answer = this.expect(what, this.limit);
    if (this.ended === null) this.send(header, bytes);
    return answer;
  }

  /** Ends the process, at once. What is under way rejects. */
  async close(): Promise<void> {
    this.end('the Python of the plug-in', 'it was closed');
    this.child.kill('SIGKILL');
    await this.hasExited;
  }

  private expect(what: string, limit: Seconds): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.ended !== null) {
        reject(this.ended);
        return;
      }
      if (this.questions.length === 0) this.headSince = performance.now();
      this.questions.push({ what, limit: limit * 1000, resolve, reject });
      this.watch ??= this.watchFor(limit * 1000);
    });
  }

  private send(header: Header, bytes: Buffer): void {
    const text = Buffer.from(writeJson(new Map(Object.entries(header))));
    const head = Buffer.allocUnsafe(8);
    head.writeUInt32LE(text.length, 0);
    head.writeUInt32LE(bytes.length, 4);
    this.channel.write(bytes.length === 0 ? Buffer.concat([head, text]) : Buffer.concat([head, text, bytes]));
  }

  private onAnswer(text: string, bytes: Buffer): void {
    const question = this.questions.shift();
    this.headSince = performance.now();
    const fields = fieldsOf(JSON.parse(text));
    question?.resolve({ fields, bytes });
  }

  /** One timer for all answers: it looks when the oldest question would be late. */
  private watchFor(duration: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.watch = null;
      const [oldest] = this.questions;
      if (oldest === undefined) return;
      const left = oldest.limit - (performance.now() - this.headSince);
      if (left > 0) this.watch = this.watchFor(left);
      else this.onLate(oldest);
    }, duration).unref();
  }

  private stopWatch(): void {
    if (this.watch !== null) clearTimeout(this.watch);
    this.watch = null;
  }

  private onLate({ what, limit }: Question): void {
    this.end(what, `it did not end within ${limit / 1000} s; does it loop for ever?`);
    this.child.kill('SIGKILL');
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    process.removeListener('exit', this.killAtExit);
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    const words = this.lastWords === '' ? '' : `: ${this.lastWords}`;
    this.end(this.questions[0]?.what ?? 'the Python of the plug-in', `its process ended ${how}${words}`);
  }

  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.end('the Python of the plug-in', `it cannot be understood (${messageOf(error)})`);
      this.child.kill('SIGKILL');
    }
  }

  private end(what: string, message: string): void {
    if (this.ended !== null) return;
    this.ended = this.failures.said(what, message);
    this.stopWatch();
    for (const { reject } of this.questions.splice(0)) reject(this.ended);
  }

  /** Hands what is printed to the log, and goes on reading when there is too much of it. */
  private listen(output: Readable | null): void {
    if (output === null) return;
    output.on('error', () => undefined);
    createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      const shown = line.slice(0, LONGEST_LINE);
      // Of the last lines of a process that dies, the one that names an error says the most.
      if (shown.trim() !== '' && !NAMES_ERROR.test(this.lastWords)) this.lastWords = shown.trim();
      this.lines++;
      if (this.lines <= MOST_LINES) this.log(shown);
      if (this.lines === MOST_LINES) this.log('(what the plug-in prints from here on is left out)');
    });
  }

  /** Keeps the snapshot for the next start. That it cannot be kept costs time and nothing else. */
  private async keep(file: string, memory: Buffer): Promise<void> {
    const temporary = `${file}.${process.pid}.${performance.now()}`;
    try {
      const handle = await open(temporary, 'wx', 0o600);
      await handle.writeFile(memory).finally(() => handle.close());
      await rename(temporary, file);
      await removeOld(dirname(file));
    } catch (error) {
      await rm(temporary, { force: true });
      this.log(`The start of Python cannot be kept for the next time: ${messageOf(error)}`);
    }
  }
}

/** Removes what older versions of this program have kept. */
async function removeOld(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (isSnapshot(name) && Date.now() - (await stat(path)).mtimeMs > KEPT_MILLIS) await rm(path, { force: true });
  }
}

function channelOf(child: ChildProcess): Duplex {
  const channel = child.stdio[3];
  if (channel instanceof Duplex) return channel;
  throw new BenchmarkError('INTERNAL', 'The Python process was started without a channel.');
}
