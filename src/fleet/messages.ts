// What a test run and a node say to each other while a run is on. Commands and events travel in ordered queues; questions are answered at once.
import type { WireError } from '../errors.ts';
import type { Endpoint, TargetCluster } from '../http/targets.ts';
import { boolean, type Codec, count, list, nullable, number, object, oneOf, optional, text, union } from './codec.ts';
import { readFrame, writeFrame } from './frame.ts';
import type { Batch } from './outbox.ts';
import { targetCodec } from './target-codec.ts';
import { type TaskTotals, totalsCodec } from './totals.ts';

/** Where a node finds a content, and how to know that it is the right one. */
export interface BundleAddress {
  readonly digest: string;
  readonly bytes: number;
}

/** In the order in which they are given; each once. */
export type NodeCommand =
  | {
      readonly kind: 'prepare';
      readonly testRunId: string;
      readonly plan: BundleAddress;
      readonly target: TargetCluster;
      readonly workers: readonly (readonly number[])[];
      readonly firstWorker: number;
      readonly testMode: boolean;
      readonly isOffline: boolean;
    }
  | { readonly kind: 'open'; readonly step: number }
  /** `startAt` is a reading of the node's clock. */
  | { readonly kind: 'run'; readonly step: number; readonly startAt: number }
  | { readonly kind: 'complete'; readonly step: number }
  | { readonly kind: 'close' };

export const commandCodec: Codec<NodeCommand> = union<NodeCommand>({
  prepare: object({
    kind: oneOf('prepare'),
    testRunId: text(1000),
    plan: object<BundleAddress>({ digest: text(64), bytes: count() }),
    target: targetCodec,
    workers: list(list(count())),
    firstWorker: count(),
    testMode: boolean,
    isOffline: boolean,
  }),
  open: object({ kind: oneOf('open'), step: count() }),
  run: object({ kind: oneOf('run'), step: count(), startAt: number }),
  complete: object({ kind: oneOf('complete'), step: count() }),
  close: object({ kind: oneOf('close') }),
});

/** What a node tells of a run, in order, each once. The bytes of a report follow its header. */
export type NodeEvent =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'opened'; readonly step: number }
  | { readonly kind: 'report' }
  | { readonly kind: 'completing-done'; readonly step: number; readonly task: number | null }
  /** After the last reports of the step; `totals` is what the node has sent since the step began. */
  | { readonly kind: 'step-done'; readonly step: number; readonly totals: readonly TaskTotals[] }
  /** A command could not be done. */
  | { readonly kind: 'rejected'; readonly error: WireError }
  /** The daemon of the node is being stopped. */
  | { readonly kind: 'leaving'; readonly reason: string }
  /** The load cannot go on. */
  | { readonly kind: 'failed'; readonly error: WireError }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly message: string }
  | {
      readonly kind: 'preparation';
      readonly what: string;
      readonly done: number;
      readonly total: number | null;
      readonly unit: 'bytes' | 'documents';
    }
  | { readonly kind: 'preparation-end'; readonly what: string };

const problem = object<WireError['problems'][number]>({
  file: optional(text()),
  path: optional(text()),
  line: optional(number),
  column: optional(number),
  message: text(),
  hint: optional(text()),
});

/** Any code: what a node of the same version says is among those that this program has. */
const errorCode: Codec<WireError['code']> = {
  encode: (value) => value,
  decode: (value, path) => text(100).decode(value, path) as WireError['code'],
};

const wireError: Codec<WireError> = object<WireError>({
  code: errorCode,
  message: text(),
  hint: optional(text()),
  exitCode: count(255),
  problems: list(problem),
  causes: list(text()),
});

export const eventCodec: Codec<NodeEvent> = union<NodeEvent>({
  prepared: object({ kind: oneOf('prepared') }),
  opened: object({ kind: oneOf('opened'), step: count() }),
  report: object({ kind: oneOf('report') }),
  'completing-done': object({ kind: oneOf('completing-done'), step: count(), task: nullable(count()) }),
  'step-done': object({ kind: oneOf('step-done'), step: count(), totals: list(totalsCodec) }),
  rejected: object({ kind: oneOf('rejected'), error: wireError }),
  leaving: object({ kind: oneOf('leaving'), reason: text(10_000) }),
  failed: object({ kind: oneOf('failed'), error: wireError }),
  note: object({ kind: oneOf('note'), level: oneOf('info', 'warning'), message: text() }),
  preparation: object({ kind: oneOf('preparation'), what: text(), done: number, total: nullable(number), unit: oneOf('bytes', 'documents') }),
  'preparation-end': object({ kind: oneOf('preparation-end'), what: text() }),
});

/** Asked directly: repeating it does no harm, so it needs no order. */
export type NodeQuestion =
  | { readonly kind: 'clock' }
  /** Says that the run lives; the answer says that the node does. */
  | { readonly kind: 'ping' }
  /** End the load at once. */
  | { readonly kind: 'cancel' }
  /** Which of these can the node reach, and what does it have? For `fleet`. */
  | { readonly kind: 'probe'; readonly endpoints: readonly Pick<Endpoint, 'host' | 'port'>[] };

const questionCodec: Codec<NodeQuestion> = union<NodeQuestion>({
  clock: object({ kind: oneOf('clock') }),
  ping: object({ kind: oneOf('ping') }),
  cancel: object({ kind: oneOf('cancel') }),
  probe: object({ kind: oneOf('probe'), endpoints: list(object<Pick<Endpoint, 'host' | 'port'>>({ host: text(), port: count(65_535) }), 1000) }),
});

/** What goes to `osb.down.<id>`. */
interface DownHeader {
  readonly secret: string;
  /** Names one run of one process: ids of test runs may be given again by the user. */
  readonly session: string;
  /** Number of the first command among the sections; `null` for a question. */
  readonly first: number | null;
  readonly question: NodeQuestion | null;
}

const downCodec: Codec<DownHeader> = object<DownHeader>({
  secret: text(100),
  session: text(100),
  first: nullable(count()),
  question: nullable(questionCodec),
});

export type DownMessage =
  | { readonly kind: 'commands'; readonly secret: string; readonly session: string; readonly batch: Batch }
  | { readonly kind: 'question'; readonly secret: string; readonly session: string; readonly question: NodeQuestion };

export function writeDown(message: DownMessage): Uint8Array {
  const { secret, session } = message;
  if (message.kind === 'question') return writeFrame(downCodec, { secret, session, first: null, question: message.question });
  return writeFrame(downCodec, { secret, session, first: message.batch.first, question: null }, message.batch.pieces);
}

/** Reads what came to a node; `null` if it says nothing. Throws INTERNAL for anything that is not a message of this program. */
export function readDown(bytes: Uint8Array): DownMessage | null {
  const { header, sections } = readFrame(downCodec, bytes, 'command');
  const { secret, session, first, question } = header;
  if (question !== null) return { kind: 'question', secret, session, question };
  return first === null ? null : { kind: 'commands', secret, session, batch: { first, pieces: sections } };
}

/** What a node answers. */
export type DownAnswer =
  | { readonly kind: 'taken'; readonly last: number }
  /** Readings of the node's clocks in ms: {@link processClock} and wall time. */
  | { readonly kind: 'clock'; readonly mono: number; readonly wall: number }
  | { readonly kind: 'alive' }
  /** Another test run has the node; perhaps not for long. */
  | { readonly kind: 'busy'; readonly testRunId: string }
  | { readonly kind: 'probed'; readonly probe: NodeProbe }
  /** Not for this node, or not now; a repeat would not help. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What a node found out for a check of the fleet. */
export interface NodeProbe {
  readonly endpoints: readonly { readonly host: string; readonly port: number; readonly millis: number | null; readonly failure: string | null }[];
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
  readonly dataDirectory: string;
  /** Directories of corpora that are there. */
  readonly corpora: readonly { readonly name: string; readonly bytes: number }[];
  /** The run that the node works for; empty = none. */
  readonly testRunId: string;
}

export const downAnswerCodec: Codec<DownAnswer> = union<DownAnswer>({
  taken: object({ kind: oneOf('taken'), last: count() }),
  clock: object({ kind: oneOf('clock'), mono: number, wall: number }),
  alive: object({ kind: oneOf('alive') }),
  busy: object({ kind: oneOf('busy'), testRunId: text(1000) }),
  probed: object({
    kind: oneOf('probed'),
    probe: object<NodeProbe>({
      endpoints: list(
        object<NodeProbe['endpoints'][number]>({ host: text(), port: count(), millis: nullable(number), failure: nullable(text()) }),
        1000,
      ),
      freeMemoryBytes: number,
      freeDiskBytes: number,
      dataDirectory: text(),
      corpora: list(object<NodeProbe['corpora'][number]>({ name: text(), bytes: number }), 100_000),
      testRunId: text(),
    }),
  }),
  refused: object({ kind: oneOf('refused'), reason: text(10_000) }),
});

/** What goes to `osb.up.<id>.out`. */
export interface UpHeader {
  readonly session: string;
  readonly first: number;
}

export const upCodec: Codec<UpHeader> = object<UpHeader>({ session: text(100), first: count() });

/** The answer: `last` is the number of the last piece taken; `isOver`: the run is not interested any more. */
export interface UpAnswer {
  readonly last: number;
  readonly isOver: boolean;
}

export const upAnswerCodec: Codec<UpAnswer> = object<UpAnswer>({ last: count(), isOver: boolean });
