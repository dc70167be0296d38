// What a test run and a node say to each other while a run is on. Commands and events travel in ordered queues; questions are answered at once.
import type { WireError } from '../../errors.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { boolean, type Codec, count, list, messages, nullable, number, object, oneOf, optional, text, type ValueOf } from './codec.ts';
import { readFrame, writeFrame } from './frame.ts';
import type { Batch } from './outbox.ts';
import { targetCodec } from './target-codec.ts';
import { totalsCodec } from './totals.ts';

/** Where a node finds a content, and how to know that it is the right one. */
export interface BundleAddress {
  readonly digest: string;
  readonly bytes: number;
}

/** The commands of a test run, in the order in which they are given; each is obeyed once. */
export const commandCodec = messages({
  prepare: {
    testRunId: text(1000),
    plan: object<BundleAddress>({ digest: text(64), bytes: count() }),
    target: targetCodec,
    workers: list(list(count())),
    firstWorker: count(),
    testMode: boolean,
    isOffline: boolean,
  },
  open: { step: count() },
  /** `startAt` is a reading of the node's clock. */
  run: { step: count(), startAt: number },
  complete: { step: count() },
  close: {},
});

export type NodeCommand = ValueOf<typeof commandCodec>;

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

/** What a node tells of a run, in order, each once. The bytes of a report follow its header. */
export const eventCodec = messages({
  prepared: {},
  opened: { step: count() },
  report: {},
  'completing-done': { step: count(), task: nullable(count()) },
  /** After the last reports of the step; `totals` is what the node has sent since the run began. */
  'step-done': { step: count(), totals: list(totalsCodec) },
  /** A command could not be done. */
  rejected: { error: wireError },
  /** The daemon of the node is being stopped. */
  leaving: { reason: text(10_000) },
  /** The load cannot go on. */
  failed: { error: wireError },
  note: { level: oneOf('info', 'warning'), message: text() },
  preparation: { what: text(), done: number, total: nullable(number), unit: oneOf('bytes', 'documents') },
  'preparation-end': { what: text() },
});

export type NodeEvent = ValueOf<typeof eventCodec>;

/** Asked directly: repeating it does no harm, so it needs no order. */
const questionCodec = messages({
  clock: {},
  /** Says that the run lives; the answer says that the node does. */
  ping: {},
  /** End the load at once. */
  cancel: {},
  /** Which of these can the node reach, and what does it have? For `fleet`. */
  probe: { endpoints: list(object<Pick<Endpoint, 'host' | 'port'>>({ host: text(), port: count(65_535) }), 1000) },
});

export type NodeQuestion = ValueOf<typeof questionCodec>;

/** What goes to `osb.down.<id>`. */
const downCodec = object({
  secret: text(100),
  /** Names one run of one process: ids of test runs may be given again by the user. */
  session: text(100),
  /** Number of the first command among the sections; `null` for a question. */
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

const probeCodec = object({
  endpoints: list(object({ host: text(), port: count(), millis: nullable(number), failure: nullable(text()) }), 1000),
  freeMemoryBytes: number,
  freeDiskBytes: number,
  dataDirectory: text(),
  /** Directories of corpora that are there. */
  corpora: list(object({ name: text(), bytes: number }), 100_000),
  /** The run that the node works for; empty = none. */
  testRunId: text(),
});

/** What a node found out for a check of the fleet. */
export type NodeProbe = ValueOf<typeof probeCodec>;

/** What a node answers. */
export const downAnswerCodec = messages({
  taken: { last: count() },
  /** Readings of the node's clocks in ms: {@link processClock} and wall time. */
  clock: { mono: number, wall: number },
  alive: {},
  /** Another test run has the node; perhaps not for long. */
  busy: { testRunId: text(1000) },
  probed: { probe: probeCodec },
  /** Not for this node, or not now; a repeat would not help. */
  refused: { reason: text(10_000) },
});

export type DownAnswer = ValueOf<typeof downAnswerCodec>;

/** What goes to `osb.up.<id>.out`. */
export const upCodec = object({ session: text(100), first: count() });

/** The answer: `last` is the number of the last piece taken; `isOver`: the run is not interested any more. */
export const upAnswerCodec = object({ last: count(), isOver: boolean });

export type UpAnswer = ValueOf<typeof upAnswerCodec>;
