// Unpacks bzip2 files on all cores. The blocks of a file do not depend on each other, but nothing says where they
// begin.
//
// The file is cut into regions of equal length. A thread looks for the first block that begins in its region, which it
// knows by 48 bits, and unpacks the blocks from there until one begins beyond the region. So the end of one region has
// to be the beginning of the next one. It is not, if the 48 bits came up by chance within a block: then that region is
// unpacked again from the right place.
//
//   region    |     0     |     1     |     2     |
//   blocks    [ a ][ b ][ c  ][ d ][ e  ][ f ][ g ]
//   thread    1 1 1 1 1 1 1 1 2 2 2 2 2 2 3 3 3 3 3
//
// `npm run bench -- --only unpack` compares it with lbzip2, which does the same in C.
import { closeSync, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addToStream } from './checksum.ts';
import { type RegionEvent, type RegionOrder, RegionReader } from './region.ts';
import { RegionThreads } from './region-threads.ts';

/** Bytes of a region: some five blocks of JSON. */
const REGION = 1 << 19;

/** How a file is unpacked. */
export interface Unbzip2Options {
  /** The most threads that may unpack. */
  readonly threads: number;
  /** Ends the unpacking with its reason. */
  readonly signal: AbortSignal;
  /** Bytes of a region; only tests say it. */
  readonly regionBytes?: number;
}

/** Says that a file is no bzip2 file, damaged, or cut off, and at which byte. */
export class BzipDamage extends Error {
  constructor(byte: number, reason: string) {
    super(`${reason} (byte ${byte})`);
  }
}

/**
 * The content of a bzip2 file of one or more streams. All checksums are checked. Throws {@link BzipDamage}, what
 * reading the file throws, or the reason of the signal. The threads end with the generator, however it ends.
 */
export async function* unbzip2(path: string, options: Unbzip2Options): AsyncGenerator<Uint8Array> {
  const { size } = await stat(path);
  const chain = new BlockChain();
  const regionBytes = options.regionBytes ?? REGION;
  const count = Math.max(1, Math.min(options.threads, Math.ceil(size / regionBytes)));
  const regions = new RegionThreads(path, size, regionOrders(size, regionBytes), count, options.signal);
  try {
    for (let region = regions.next(); region !== null; region = regions.next()) {
      const isTaken = yield* chain.follow(region.order, region.events);
      if (!isTaken) yield* again(path, size, region.order, chain, options.signal);
    }
    chain.finish(size);
  } finally {
    await regions.close();
  }
}

function* regionOrders(size: number, length: number): Generator<RegionOrder> {
  for (let from = 0; from === 0 || from < size; from += length) {
    const start = from === 0 ? ({ kind: 'head', position: 0 } as const) : ({ kind: 'search' } as const);
    yield { from, to: Math.min(size, from + length), start };
  }
}

/** Unpacks a region from where the one before it has ended. */
async function* again(
  path: string,
  size: number,
  order: RegionOrder,
  chain: BlockChain,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const position = chain.next;
  if (position === null) return;
  const file = openSync(path, 'r');
  try {
    const events = new RegionReader(file, size).read({ ...order, start: { kind: 'block', position } });
    yield* chain.follow(order, inTurns(events, signal));
  } finally {
    closeSync(file);
  }
}

/** Lets others go on between two blocks. */
async function* inTurns(events: Iterable<RegionEvent>, signal: AbortSignal): AsyncGenerator<RegionEvent> {
  for (const event of events) {
    yield event;
    await nextTurn(undefined, { signal });
  }
}

/** The blocks of a file, each of which has to begin where the one before it ends. */
class BlockChain {
  /** The bit at which the next block has to begin; `null` = the file is over. */
  next: number | null = 0;
  /** Checksum of the blocks of the stream so far. */
  private stream = 0;

  /**
   * Passes the content of a region on. `false` if the region did not begin where the next block has to, so that nothing
   * was passed on though something is there.
   */
  async *follow(order: RegionOrder, events: AsyncIterable<RegionEvent>): AsyncGenerator<Uint8Array, boolean> {
    const due = this.next;
    const isDue = due !== null && (due < order.to * 8 || due === 0);
    let isTaken = false;
    for await (const event of events) {
      if (event.kind === 'start') isTaken = isDue && event.position === due;
      if (!isTaken) continue;
      if (event.kind === 'block') yield event.content;
      this.take(event);
    }
    return isTaken || !isDue;
  }

  /** Throws {@link BzipDamage} if the file has not come to its end. */
  finish(size: number): void {
    if (this.next !== null) throw new BzipDamage(size, 'it is cut off');
  }

  private take(event: RegionEvent): void {
    if (event.kind === 'block') this.stream = addToStream(this.stream, event.checksum);
    if (event.kind === 'stream-end') {
      if (event.checksum !== this.stream)
        throw new BzipDamage(event.byte, 'the checksum of the stream that ends there is wrong');
      this.stream = 0;
    }
    if (event.kind === 'end') this.next = event.position;
    if (event.kind === 'failure') throw new BzipDamage(event.byte, event.reason);
  }
}
