// The way down to one node: commands in order, questions at any time, each with the node's secret.
import { BenchmarkError } from '../../errors.ts';
import { processClock } from '../../worker/messages.ts';
import type { Bus } from '../protocol/bus.ts';
import { decodeBytes, refuse } from '../protocol/codec.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { type DownAnswer, downAnswerCodec, type NodeQuestion, writeDown } from '../protocol/node-messages.ts';
import { type Batch, OutboxBroken } from '../protocol/outbox.ts';
import { downSubject } from '../protocol/subjects.ts';

const TIMEOUT_MILLIS = 1500;
/** A run that has just ended may still have the node: its lease is shorter than this. */
const BUSY_PATIENCE_MILLIS = 9000;

export interface NodeChannelOptions {
  readonly bus: Bus;
  readonly node: RegisteredNode;
  /** The run's own name for itself. */
  readonly session: string;
  /** The node has answered. */
  readonly onHeard: () => void;
}

export class NodeChannel {
  private readonly options: NodeChannelOptions;
  /** Reading of {@link processClock} when the node said for the first time that it works for another run; `null` = it does not. */
  private busySince: number | null = null;

  constructor(options: NodeChannelOptions) {
    this.options = options;
  }

  /** Asks; rejects if no answer comes in `timeout` ms. */
  ask(question: NodeQuestion, timeout: number = TIMEOUT_MILLIS): Promise<DownAnswer> {
    const { session, node } = this.options;
    return this.request(writeDown({ kind: 'question', secret: node.secret, session, question }), timeout);
  }

  /** Sends commands; returns the number of the last one that the node has taken. Throws {@link OutboxBroken} if it does not obey this run. */
  async sendCommands(batch: Batch): Promise<number> {
    const { session, node } = this.options;
    const answer = await this.request(writeDown({ kind: 'commands', secret: node.secret, session, batch }), TIMEOUT_MILLIS);
    if (answer.kind === 'refused') throw new OutboxBroken(new BenchmarkError('WORKER_LOST', answer.reason));
    if (answer.kind === 'busy') throw this.busy(answer.testRunId);
    this.busySince = null;
    if (answer.kind !== 'taken') throw refuse('answer', 'the one that was asked for');
    return answer.last;
  }

  private busy(testRunId: string): Error {
    const reason = `it works for the test run ${testRunId}`;
    this.busySince ??= processClock();
    const isPatient = processClock() - this.busySince < BUSY_PATIENCE_MILLIS;
    return isPatient ? new Error(reason) : new OutboxBroken(new BenchmarkError('ANOTHER_RUN', reason));
  }

  private async request(payload: Uint8Array, timeout: number): Promise<DownAnswer> {
    const { bus, node, onHeard } = this.options;
    const { data } = await bus.request(downSubject(node.id), payload, { timeout });
    onHeard();
    return decodeBytes(downAnswerCodec, data, 'answer');
  }
}
