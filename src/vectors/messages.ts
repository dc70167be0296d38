// What a load thread and the thread that reads its vectors say to each other.
import type { WireError } from '../errors.ts';
import type { FilledBlock } from './body-block.ts';
import type { BulkBodiesSpec } from './bulk-bodies-spec.ts';
import type { DataSetFile, DataSetShape } from './data-set.ts';
import type { SearchBodiesSpec } from './search-bodies.ts';

/** What a stream of bodies is made of. */
export type BodiesSpec = BulkBodiesSpec | SearchBodiesSpec;

/** What the reading thread is asked. `id` names the question, `stream` a stream that was opened. */
export type VectorRequest =
  | { readonly kind: 'describe'; readonly id: number; readonly file: DataSetFile }
  | { readonly kind: 'open'; readonly stream: number; readonly spec: BodiesSpec }
  /** Asks for the next block of a stream; `used` is a buffer to make it in. */
  | { readonly kind: 'fill'; readonly stream: number; readonly used: ArrayBuffer | null }
  | { readonly kind: 'close'; readonly stream: number };

/** What the reading thread answers. A block without bodies is the end of its stream. */
export type VectorReply =
  | { readonly kind: 'described'; readonly id: number; readonly shape: DataSetShape }
  | { readonly kind: 'not-described'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'filled'; readonly stream: number; readonly block: FilledBlock }
  | { readonly kind: 'failed'; readonly stream: number; readonly error: WireError };
