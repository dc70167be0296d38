// Asks nodes for the `fleet` command what each can reach, what it has, and how far its wall clock is off.
import { processClock } from '../../worker/messages.ts';
import type { Bus } from '../protocol/bus.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { decodeBytes } from '../protocol/json-codec.ts';
import {
  type DownAnswer,
  downAnswerCodec,
  type NodeProbe,
  type NodeQuestion,
  writeDown,
} from '../protocol/node-messages.ts';
import { downSubject } from '../protocol/subjects.ts';

/** Longer than the 3 s after which a node gives up a connection attempt. */
const PROBE_TIMEOUT_MILLIS = 5000;
const CLOCK_TIMEOUT_MILLIS = 1000;
const CLOCK_ROUND_TRIPS = 8;

/** What was learnt about one node. */
export interface NodeSurvey {
  readonly probe: NodeProbe;
  /** The shortest time in ms between a question and its answer. */
  readonly roundTrip: number;
  /** The wall clock of the node minus that of this process, in ms. It is wrong by at most half a round trip. */
  readonly wallOffset: number;
}

/** Asks a node what it can reach of `endpoints`, and measures its clock. Rejects if it does not answer, or refuses. */
export async function surveyNode(
  bus: Bus,
  node: RegisteredNode,
  endpoints: readonly { readonly host: string; readonly port: number }[],
): Promise<NodeSurvey> {
  let roundTrip = Number.POSITIVE_INFINITY;
  let wallOffset = 0;
  for (let count = 0; count < CLOCK_ROUND_TRIPS; count++) {
    const sent = processClock();
    const answer = await ask(bus, node, { kind: 'clock' }, CLOCK_TIMEOUT_MILLIS);
    const taken = processClock() - sent;
    if (answer.kind !== 'clock') throw new Error(reasonOf(answer));
    if (taken >= roundTrip) continue;
    roundTrip = taken;
    wallOffset = answer.wall - (Date.now() - taken / 2);
  }
  const plain = endpoints.map(({ host, port }) => ({ host, port }));
  const answer = await ask(bus, node, { kind: 'probe', endpoints: plain }, PROBE_TIMEOUT_MILLIS);
  if (answer.kind !== 'probed') throw new Error(reasonOf(answer));
  return { probe: answer.probe, roundTrip, wallOffset };
}

async function ask(
  bus: Bus,
  { id, secret }: RegisteredNode,
  question: NodeQuestion,
  timeout: number,
): Promise<DownAnswer> {
  const { data } = await bus.request(downSubject(id), writeDown({ kind: 'question', secret, session: '', question }), {
    timeout,
  });
  return decodeBytes(downAnswerCodec, data, 'answer');
}

const reasonOf = (answer: DownAnswer): string =>
  answer.kind === 'refused' ? answer.reason : 'it gave the wrong answer';
