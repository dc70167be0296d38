// Sends the messages of a test run to one node: batches of commands, and questions beside them.
import { BenchmarkError } from '../../errors.ts';
import { processClock } from '../../worker/messages.ts';
import type { Bus } from '../protocol/bus.ts';
import type { RegisteredNode } from '../protocol/hub-messages.ts';
import { decodeBytes, refuse } from '../protocol/json-codec.ts';
import { type DownAnswer, downAnswerCodec, type NodeQuestion, writeDown } from '../protocol/node-messages.ts';
import { type Batch, OutboxBroken } from '../protocol/outbox.ts';
import { downSubject } from '../protocol/subjects.ts';

const TIMEOUT_MILLIS = 1500;
/** Default of {@link NodeChannelOptions.busyPatience}. A run that has ended loses its nodes sooner than that. */
const BUSY_PATIENCE_MILLIS = 9000;

/** Which node to talk to, and for which run. */
export interface NodeChannelOptions {
  readonly bus: Bus;
  readonly node: RegisteredNode;
  /** The run's own name for itself, see {@link DownMessage}. */
  readonly session: string;
  /** For how many ms to try while the node works for another run; default: for longer than an ended run keeps it. */
  readonly busyPatience?: number | undefined;
  /** Called for each answer of the node, whatever it says. */
  readonly onHeard: () => void;
}

/** Sends messages of one run to one node. Each carries the secret of the node and the session of the run. */
export class NodeChannel {
  private readonly options: NodeChannelOptions;
  /** {@link processClock} when the node first answered that it works for another run; `null` if it does not. */
  private busySince: number | null = null;

  constructor(options: NodeChannelOptions) {
    this.options = options;
  }

  /** Asks a question. Rejects if no answer comes within `timeout` ms. */
  ask(question: NodeQuestion, timeout: number = TIMEOUT_MILLIS): Promise<DownAnswer> {
    const { session, node } = this.options;
    return this.request(writeDown({ kind: 'question', secret: node.secret, session, question }), timeout);
  }

  /**
   * Sends commands, and resolves to the number of the last piece that the node has taken. Rejects with
   * {@link OutboxBroken} if the node refuses to obey this run (WORKER_LOST) or keeps working for another one
   * (ANOTHER_RUN), and with other errors if sending again may help.
   */
  async sendCommands(batch: Batch): Promise<number> {
    const { session, node } = this.options;
    const answer = await this.request(
      writeDown({ kind: 'commands', secret: node.secret, session, batch }),
      TIMEOUT_MILLIS,
    );
    if (answer.kind === 'refused') throw new OutboxBroken(new BenchmarkError('WORKER_LOST', answer.reason));
    if (answer.kind === 'busy') throw this.busy(answer.testRunId);
    this.busySince = null;
    if (answer.kind !== 'taken') throw refuse('answer', 'the one that was asked for');
    return answer.last;
  }

  private busy(testRunId: string): Error {
    const reason = `it works for the test run ${testRunId}`;
    this.busySince ??= processClock();
    const { busyPatience = BUSY_PATIENCE_MILLIS } = this.options;
    const isPatient = processClock() - this.busySince < busyPatience;
    return isPatient ? new Error(reason) : new OutboxBroken(new BenchmarkError('ANOTHER_RUN', reason));
  }

  private async request(payload: Uint8Array, timeout: number): Promise<DownAnswer> {
    const { bus, node, onHeard } = this.options;
    const { data } = await bus.request(downSubject(node.id), payload, { timeout });
    onHeard();
    return decodeBytes(downAnswerCodec, data, 'answer');
  }
}
