// Receives a large file over several connections.
//
// The answer that is there already brings the file from its front on. Further connections bring pieces from its end,
// until the two meet. Only the front has to come: a further connection that fails, because the server wants no more of
// them, ignores ranges or has another version of the file by now, ends and gives its piece back.
//
//   file     | front ──────▶        ◀─ piece | piece | piece |
import { type FileHandle, open } from 'node:fs/promises';
import { BenchmarkError } from '../errors.ts';
import { diskError, writeAt } from './disk.ts';
import {
  type DownloadRequest,
  type PartialFacts,
  PassingFailure,
  temporaryOf,
  writePartialFacts,
} from './partial-download.ts';
import type { PieceMap } from './piece-map.ts';
import { contentRange, destroyBody, type RemoteAnswer, type RemoteReader, validatorOf } from './remote-reader.ts';

/** Further connections, beside that of the front. */
const FURTHER_CONNECTIONS = 3;

/** What is downloaded, from where, and who wants to know. */
export interface PieceDownloadOptions {
  readonly file: DownloadRequest;
  readonly facts: PartialFacts;
  readonly reader: RemoteReader;
  readonly map: PieceMap;
  readonly signal: AbortSignal;
  /** Gets the bytes that are there. */
  readonly onProgress: (bytes: number) => void;
}

/**
 * Receives what is missing of a file; `answer` brings it from the byte `offset` on. Whatever has come is noted for the
 * next attempt. Rejects as reading an answer does, and with `DISK`.
 */
export async function receivePieces(
  answer: RemoteAnswer,
  offset: number,
  options: PieceDownloadOptions,
): Promise<void> {
  const path = temporaryOf(options.file);
  let handle: FileHandle;
  try {
    handle = await open(path, offset === 0 ? 'w' : 'r+');
  } catch (error) {
    throw diskError(error, path, options.map.size);
  }
  const download = new PieceDownload(handle, path, offset, options);
  try {
    await download.run(answer);
  } finally {
    await handle.close();
  }
}

class PieceDownload {
  private readonly handle: FileHandle;
  private readonly path: string;
  private readonly options: PieceDownloadOptions;
  private readonly map: PieceMap;
  private readonly ended = new AbortController();
  private readonly signal: AbortSignal;
  /** The next byte of the front. */
  private position: number;
  private received: number;
  private saving: Promise<void> = Promise.resolve();
  private failure: unknown = null;

  constructor(handle: FileHandle, path: string, offset: number, options: PieceDownloadOptions) {
    this.handle = handle;
    this.path = path;
    this.options = options;
    this.map = options.map;
    this.position = offset;
    this.signal = AbortSignal.any([options.signal, this.ended.signal]);
    const inPieces = this.map.done().reduce((sum, piece) => sum + lengthOf(this.map, piece), 0);
    this.received = inPieces + (offset % this.map.length);
  }

  async run(answer: RemoteAnswer): Promise<void> {
    const begin = Math.floor(this.position / this.map.length);
    const isTaken = this.map.takeThis(begin);
    const further = Array.from({ length: FURTHER_CONNECTIONS }, () => this.bringFromEnd());
    try {
      if (isTaken) await this.bringFront(answer, begin);
      else destroyBody(answer);
      await this.bringRest(further);
    } finally {
      this.ended.abort();
      await Promise.all(further);
      await this.saving;
      await this.save();
    }
    if (this.failure !== null) throw this.failure;
  }

  /** Brings what neither the first answer nor the further connections have brought. */
  private async bringRest(further: readonly Promise<void>[]): Promise<void> {
    for (;;) {
      let piece = this.map.takeFirst();
      if (piece === null) {
        await Promise.all(further);
        if (this.failure !== null) throw this.failure;
        piece = this.map.takeFirst();
      }
      if (piece === null) return;
      const { from } = this.map.rangeOf(piece);
      this.position = from;
      const answer = await this.ask(from, this.map.size);
      if (answer === null) throw new PassingFailure('the server did not answer with the part that was asked for');
      await this.bringFront(answer, piece);
    }
  }

  /** Writes an answer from `position` on, until a piece comes that is there or on its way. */
  private async bringFront(answer: RemoteAnswer, first: number): Promise<void> {
    let piece = first;
    for await (const chunk of chunksOf(answer)) {
      for (let rest = chunk; rest.length > 0; ) {
        const { to } = this.map.rangeOf(piece);
        const part = rest.subarray(0, to - this.position);
        await this.write(part, this.position);
        this.position += part.length;
        rest = rest.subarray(part.length);
        if (this.position < to) break;
        this.finish(piece++);
        if (piece === this.map.count || !this.map.takeThis(piece)) return destroyBody(answer);
      }
    }
    this.map.giveBack(piece);
    throw new PassingFailure(`the connection ended after ${this.position} of ${this.map.size} bytes`);
  }

  private async bringFromEnd(): Promise<void> {
    for (let piece = this.map.takeLast(); piece !== null; piece = this.map.takeLast()) {
      const before = this.received;
      let isThere = false;
      try {
        isThere = await this.bringPiece(piece);
      } catch (error) {
        if (error instanceof BenchmarkError && error.code === 'DISK') this.fail(error);
      }
      if (isThere) {
        this.finish(piece);
        continue;
      }
      this.received = Math.min(this.received, before);
      this.map.giveBack(piece);
      return;
    }
  }

  /** `false` if the server does not answer with this piece of the same version of the file. */
  private async bringPiece(piece: number): Promise<boolean> {
    const { from, to } = this.map.rangeOf(piece);
    const answer = await this.ask(from, to);
    if (answer === null) return false;
    let position = from;
    for await (const chunk of chunksOf(answer)) {
      position += chunk.length;
      if (position > to) break;
      await this.write(chunk, position - chunk.length);
    }
    return position === to;
  }

  /** The answer to a request for a part; `null` if it is not this part of the same version of the file. */
  private async ask(from: number, to: number): Promise<RemoteAnswer | null> {
    const { reader, facts } = this.options;
    const version = facts.validator === null ? {} : { 'if-range': facts.validator };
    const answer = await reader.get({ range: `bytes=${from}-${to - 1}`, ...version }, this.signal);
    const range = answer.statusCode === 206 ? contentRange(answer) : null;
    const isSame = validatorOf(answer) === facts.validator && range?.size === this.map.size;
    if (isSame && range.start === from && range.end === to) return answer;
    destroyBody(answer);
    return null;
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    await writeAt(this.handle, bytes, position, this.path, this.map.size);
    this.received += bytes.length;
    this.options.onProgress(this.received);
  }

  private finish(piece: number): void {
    this.map.finish(piece);
    this.saving = this.saving.then(() => this.save()).catch((error: unknown) => this.fail(error));
  }

  private async save(): Promise<void> {
    const { file, facts } = this.options;
    const done = this.map.done();
    const pieces = { length: this.map.length, done, front: this.map.frontWith(this.position) };
    await writePartialFacts(file, { ...facts, pieces });
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    this.ended.abort();
  }
}

const lengthOf = (map: PieceMap, piece: number): number => map.rangeOf(piece).to - map.rangeOf(piece).from;

async function* chunksOf(answer: RemoteAnswer): AsyncGenerator<Uint8Array> {
  for await (const chunk of answer.body) {
    if (!(chunk instanceof Uint8Array)) throw new BenchmarkError('INTERNAL', 'An answer came as text.');
    yield chunk;
  }
}
