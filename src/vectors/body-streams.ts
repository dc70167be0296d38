// The reading side: makes blocks of bodies for the streams of a load thread, from data sets that it keeps open.
import { toWireError, unreachable } from '../errors.ts';
import { BodyBlock, type BodyMaker, type FilledBlock } from './body-block.ts';
import { bulkBodies } from './bulk-bodies.ts';
import type { DataSetFile } from './data-set.ts';
import { DataSetCache } from './data-set-cache.ts';
import type { BodiesSpec, VectorReply, VectorRequest } from './messages.ts';
import { searchBodies } from './search-bodies.ts';

interface Stream {
  readonly maker: BodyMaker;
  readonly spec: BodiesSpec;
}

/** Answers the requests of a load thread, one after another. */
export class BodyStreams {
  private readonly dataSets = new DataSetCache();
  private readonly streams = new Map<number, Stream>();
  private readonly reply: (reply: VectorReply, transfer: readonly ArrayBuffer[]) => void;
  private turn: Promise<void> = Promise.resolve();

  constructor(reply: (reply: VectorReply, transfer: readonly ArrayBuffer[]) => void) {
    this.reply = reply;
  }

  /** Takes a request; its answer comes after those of all requests before it. */
  accept(request: VectorRequest): void {
    this.turn = this.turn.then(() => this.answer(request));
  }

  private async answer(request: VectorRequest): Promise<void> {
    switch (request.kind) {
      case 'describe':
        return await this.describe(request.id, request.file);
      case 'open':
        return await this.open(request.stream, request.spec);
      case 'fill':
        return this.fill(request.stream, request.used);
      case 'close':
        this.streams.delete(request.stream);
        return;
      default:
        return unreachable(request);
    }
  }

  private async describe(id: number, file: DataSetFile): Promise<void> {
    try {
      await this.dataSets.require([file]);
      this.reply({ kind: 'described', id, shape: this.dataSets.get(file).shape }, []);
    } catch (error) {
      this.reply({ kind: 'not-described', id, error: toWireError(error) }, []);
    }
  }

  private async open(stream: number, spec: BodiesSpec): Promise<void> {
    try {
      await this.dataSets.require(filesOf(spec));
      const { get } = this.dataSets;
      const maker = spec.kind === 'bulk' ? bulkBodies(spec, get) : searchBodies(spec, get);
      this.streams.set(stream, { maker, spec });
    } catch (error) {
      this.reply({ kind: 'failed', stream, error: toWireError(error) }, []);
    }
  }

  private fill(id: number, used: ArrayBuffer | null): void {
    // A stream that could not be opened has been told as failed.
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    try {
      const block = makeBlock(stream, used);
      this.reply({ kind: 'filled', stream: id, block }, [block.buffer, block.marks.buffer, block.truth.buffer]);
    } catch (error) {
      this.reply({ kind: 'failed', stream: id, error: toWireError(error) }, []);
    }
  }
}

/** Makes several bodies if they are small, because a message between threads costs more than such a body. */
function makeBlock({ maker, spec }: Stream, used: ArrayBuffer | null): FilledBlock {
  const block = new BodyBlock(spec.headRoom, used);
  while (block.size < spec.readAhead && maker.write(block));
  return block.fill();
}

/** All files that a stream reads. */
function filesOf(spec: BodiesSpec): readonly DataSetFile[] {
  switch (spec.kind) {
    case 'bulk':
      return [spec.vectors, spec.nested?.parents, spec.attributes?.from].filter((file) => file !== undefined);
    case 'search':
      return [spec.queries, spec.truth?.from, spec.threshold?.from].filter((file) => file !== undefined);
    default:
      return unreachable(spec);
  }
}
