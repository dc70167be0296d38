// Looks at nodes before a run: what each can reach, what it has, and how far its clocks are off.
import { processClock } from '../../worker/messages.ts';
import type { Bus } from '../protocol/bus.ts';
import { decodeBytes } from '../protocol/codec.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { type DownAnswer, downAnswerCodec, type NodeProbe, type NodeQuestion, writeDown } from '../protocol/node-messages.ts';
import { downSubject } from '../protocol/subjects.ts';

/** A connection attempt of a node takes up to 3 s. */
const PROBE_TIMEOUT_MILLIS = 5000;
const CLOCK_TIMEOUT_MILLIS = 1000;
const CLOCK_ROUND_TRIPS = 8;

export interface NodeSurvey {
  readonly probe: NodeProbe;
  /** Least time in ms of a question and its answer. */
  readonly roundTrip: number;
  /** The node's wall clock minus ours in ms, off by at most half a round trip. */
  readonly wallOffset: number;
}

/** Asks a node. Rejects if it does not answer. */
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

async function ask(bus: Bus, { id, secret }: RegisteredNode, question: NodeQuestion, timeout: number): Promise<DownAnswer> {
  const { data } = await bus.request(downSubject(id), writeDown({ kind: 'question', secret, session: '', question }), { timeout });
  return decodeBytes(downAnswerCodec, data, 'answer');
}

const reasonOf = (answer: DownAnswer): string => (answer.kind === 'refused' ? answer.reason : 'it gave the wrong answer');
