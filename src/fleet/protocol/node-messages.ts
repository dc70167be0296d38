// The messages between a test run and its nodes. There are three kinds:
//
//   commands   run  → node   in an ordered queue (osb.down.<id>); each is obeyed once
//   events     node → run    in an ordered queue (osb.up.<id>.out); what the node did, and what it measured
//   questions  run  → node   beside the queue (osb.down.<id>); answered at once, and harmless if they are repeated
//
// A run begins with the command "prepare", answered by the event "prepared". For each step "open" follows, answered by
// "opened", and "run", answered by any number of "report" and at last "step-done".
import type { WireError } from '../../errors.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { type RunValues, runValueBounds } from '../../run-values.ts';
import type { StepLevel } from '../../schedule/level.ts';
import { perSecond, seconds } from '../../units.ts';
import { readBinaryMessage, writeBinaryMessage } from './binary-message.ts';
import {
  boolean,
  count,
  type JsonCodec,
  list,
  messages,
  nullable,
  number,
  object,
  oneOf,
  optional,
  text,
  type ValueOf,
} from './json-codec.ts';
import type { Batch } from './outbox.ts';
import { targetCodec } from './target-codec.ts';
import { totalsCodec } from './totals.ts';

/** Names the bytes of a plan that a node is to fetch: their SHA-256 in hexadecimal, and how many they are. */
export interface PlanAddress {
  readonly digest: string;
  readonly bytes: number;
}

const runValue = object({ name: text(runValueBounds.name), json: text(runValueBounds.text) });
const runValueList = list(runValue, runValueBounds.count);
const runValues: JsonCodec<RunValues> = {
  encode: (values) => runValueList.encode([...values].map(([name, json]) => ({ name, json }))),
  decode: (value, path) => new Map(runValueList.decode(value, path).map(({ name, json }) => [name, json])),
};

/** The rate of a step that is repeated, and its spans in seconds. */
const levelCodec: JsonCodec<StepLevel> = {
  encode: ({ rate, warmup, period }) => [rate, warmup, period],
  decode: (value, path) => {
    const [rate = 0, warmup = 0, period = 0] = list(number, 3).decode(value, path);
    return { rate: perSecond(rate), warmup: seconds(warmup), period: seconds(period) };
  },
};

/** A command of a test run. */
export const commandCodec = messages({
  /** Fetch the plan, prepare the corpora and start the load threads; answered by `prepared`. */
  prepare: {
    testRunId: text(1000),
    plan: object<PlanAddress>({ digest: text(64), bytes: count() }),
    target: targetCodec,
    /** See {@link NodePlan.workers} and {@link NodePlan.firstWorker}. */
    workers: list(list(count())),
    firstWorker: count(),
    /** Whether the workload was cut down to a smoke test, which the message about a missing file says. */
    testMode: boolean,
    isOffline: boolean,
  },
  /**
   * Take what earlier operations have left behind, make the operations of the step and open its connections; answered
   * by `opened`.
   */
  open: { step: count(), values: runValues, level: nullable(levelCodec) },
  /** Begin the step when the {@link processClock} of the node reads `startAt` ms; answered by `step-done`. */
  run: { step: count(), startAt: number },
  /** Let so many clients of the step send, and pause the others, see {@link FleetNode.activate}. */
  activate: { step: count(), clients: count() },
  /** End the step early: one of its completing tasks has ended on all nodes. */
  complete: { step: count() },
  /** Write the CPU profiles of the load threads; answered by `profiled`. */
  profile: {},
  /** The run is over, and the node is free. */
  close: {},
});

/** See {@link commandCodec}. */
export type NodeCommand = ValueOf<typeof commandCodec>;

const problem = object<WireError['problems'][number]>({
  file: optional(text()),
  path: optional(text()),
  line: optional(number),
  column: optional(number),
  message: text(),
  hint: optional(text()),
});

/** Accepts any short text. Both ends run the same version of the program, and thus have the same codes. */
const errorCode: JsonCodec<WireError['code']> = {
  encode: (value) => value,
  decode: (value, path) => text(100).decode(value, path) as WireError['code'],
};

const wireError: JsonCodec<WireError> = object<WireError>({
  code: errorCode,
  message: text(),
  hint: optional(text()),
  exitCode: count(255),
  problems: list(problem),
  causes: list(text()),
});

/** The header of an event. The node sends events in order, and the run takes each once. */
export const eventCodec = messages({
  prepared: {},
  opened: { step: count() },
  /** The CPU profiles are in these files of the node. */
  profiled: { files: list(text(10_000), 10_000) },
  /** The bytes of the report, see {@link readReport}, are the only section of the message. */
  report: {},
  /** See {@link NodeEvents.onCompletingDone}. */
  'completing-done': { step: count(), task: nullable(count()) },
  /**
   * The node is at the join point and has sent all reports of the step. `totals` are those since the run began,
   * `values` what operations of the step have left behind.
   */
  'step-done': { step: count(), totals: list(totalsCodec), values: runValues },
  /** The command that the node works on has failed. */
  rejected: { error: wireError },
  /** The node gives up its part in the run by itself, e.g. because its daemon is being stopped. */
  leaving: { reason: text(10_000) },
  /** The load cannot go on. */
  failed: { error: wireError },
  /** A message for the user. */
  note: { level: oneOf('info', 'warning'), message: text() },
  /** Progress of the preparation of documents: `done` of `total`, which is `null` if it is not known. */
  preparation: { what: text(), done: number, total: nullable(number), unit: oneOf('bytes', 'documents') },
  /** The preparation that `what` names has ended. */
  'preparation-end': { what: text() },
});

/** See {@link eventCodec}. */
export type NodeEvent = ValueOf<typeof eventCodec>;

/** A question does no harm when it is repeated or comes late, so it does not wait in the queue of commands. */
const questionCodec = messages({
  /** Asks for readings of the node's clocks. */
  clock: {},
  /** Shows the node that its run is alive; the answer shows the run that the node is. */
  ping: {},
  /** Ends the load at once. It is no command, because it must not wait behind commands that are not taken yet. */
  cancel: {},
  /** Asks for a {@link NodeProbe}: which endpoints the node can reach, and what it has. Used by the `fleet` command. */
  probe: { endpoints: list(object<Pick<Endpoint, 'host' | 'port'>>({ host: text(), port: count(65_535) }), 1000) },
});

/** A question to a node, see {@link downAnswerCodec} for the answers. */
export type NodeQuestion = ValueOf<typeof questionCodec>;

/** The header of what goes to `osb.down.<id>`: a question, or a batch of commands whose pieces are the sections. */
const downCodec = object({
  secret: text(100),
  /** The run's own name for itself. The id of the test run will not do: the user chooses it and may use it twice. */
  session: text(100),
  /** The number of the first piece of the batch; `null` for a question. */
  first: nullable(count()),
  question: nullable(questionCodec),
});

/**
 * What a run, or a check of the fleet, sends to a node. `secret` is that of the node; `session` is the sending run's
 * own name for itself, and empty for a check.
 */
export type DownMessage =
  | { readonly kind: 'commands'; readonly secret: string; readonly session: string; readonly batch: Batch }
  | { readonly kind: 'question'; readonly secret: string; readonly session: string; readonly question: NodeQuestion };

/** The bytes of a message to a node. */
export function writeDown(message: DownMessage): Uint8Array {
  const { secret, session } = message;
  if (message.kind === 'question')
    return writeBinaryMessage(downCodec, { secret, session, first: null, question: message.question });
  return writeBinaryMessage(
    downCodec,
    { secret, session, first: message.batch.first, question: null },
    message.batch.pieces,
  );
}

/**
 * Reads a message to a node; `null` if it holds neither a question nor commands. Throws INTERNAL if the bytes are no
 * message of this program.
 */
export function readDown(bytes: Uint8Array): DownMessage | null {
  const { header, sections } = readBinaryMessage(downCodec, bytes, 'command');
  const { secret, session, first, question } = header;
  if (question !== null) return { kind: 'question', secret, session, question };
  return first === null ? null : { kind: 'commands', secret, session, batch: { first, pieces: sections } };
}

const probeCodec = object({
  /** For each endpoint the ms that a connection took, or why there was none. */
  endpoints: list(object({ host: text(), port: count(), millis: nullable(number), failure: nullable(text()) }), 1000),
  freeMemoryBytes: number,
  freeDiskBytes: number,
  dataDirectory: text(),
  /** The corpora in the data directory of the node, with the bytes that they take there. */
  corpora: list(object({ name: text(), bytes: number }), 100_000),
  /** The test run that the node works for; empty if it works for none. */
  testRunId: text(),
});

/** What a node found out for a check of the fleet: what it can reach, and what it has. */
export type NodeProbe = ValueOf<typeof probeCodec>;

/** The answer of a node to a {@link DownMessage}. */
export const downAnswerCodec = messages({
  /** Commands arrived; `last` is the number of the last piece that the node has taken. */
  taken: { last: count() },
  /** Readings of the node's clocks in ms: {@link processClock} and wall time. */
  clock: { mono: number, wall: number },
  /** Answers `ping` and `cancel`. */
  alive: {},
  /** Another test run has the node, perhaps not for long: asking again may help. */
  busy: { testRunId: text(1000) },
  /** Answers `probe`. */
  probed: { probe: probeCodec },
  /** The node does not obey this sender, and asking again would not help. */
  refused: { reason: text(10_000) },
});

/** See {@link downAnswerCodec}. */
export type DownAnswer = ValueOf<typeof downAnswerCodec>;

/**
 * The header of a batch of events that a node sends to `osb.up.<id>.out`: the session of its run, and the number of the
 * first piece. The pieces are the sections.
 */
export const upCodec = object({ session: text(100), first: count() });

/** The answer to a batch of events: the number of the last piece taken, and whether the run is over for the node. */
export const upAnswerCodec = object({ last: count(), isOver: boolean });

/** See {@link upAnswerCodec}. */
export type UpAnswer = ValueOf<typeof upAnswerCodec>;
