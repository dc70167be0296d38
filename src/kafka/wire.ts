// One producer of the load path: it sends one message at a time, and waits until the leader of its partition has it.
import { Producer } from '@platformatic/kafka';
import { Answer } from '../transport/answer.ts';
import { explainSocketError, failure } from '../transport/network-failure.ts';
import type { Place } from '../transport/place.ts';
import type { RequestTraits, SocketFailure, Wire, WireOwner, WirePhase } from '../transport/wire.ts';
import { readFailure } from './failure.ts';

/** How long the brokers may take until messages can be sent. Brokers that take longer are not there. */
const OPENING_MILLIS = 10_000;
/** The limits of the load come first: those of the client are so long that they never matter. */
const NEVER_MILLIS = 2 ** 31 - 1;
/** The leader has written the message. */
const LEADER_HAS_IT = 1;
/** Messages have no key of their own; with this one all go to the same partition, in their order. */
const NO_KEY = Buffer.alloc(0);

/** A producer for the brokers of one cluster; {@link Wire.open} connects it. */
export class KafkaWire implements Wire {
  isOpen = false;
  isBusy = false;
  private readonly brokers: readonly Place[];
  private readonly name: string;
  private readonly owner: WireOwner;
  private readonly answer = new Answer();
  private producer: Producer | null = null;
  private openTimer: NodeJS.Timeout | null = null;

  /** @param name the brokers as messages name them */
  constructor(brokers: readonly Place[], name: string, owner: WireOwner) {
    this.brokers = brokers;
    this.name = name;
    this.owner = owner;
  }

  open(): void {
    if (this.producer !== null) return;
    const producer = new Producer({
      clientId: 'opensearch-benchmark',
      bootstrapBrokers: this.brokers.map(({ host, port }) => ({ host, port })),
      // A topic that is not there is made if the brokers are configured so.
      autocreateTopics: true,
      retries: false,
      connectTimeout: OPENING_MILLIS,
      timeout: NEVER_MILLIS,
      maxInflights: 1,
    });
    this.producer = producer;
    const late = failure('unreachable', `${this.name} cannot be reached: no broker answered within 10 s`);
    this.openTimer = setTimeout(() => this.fail(late, 'opening'), OPENING_MILLIS);
    producer.metadata({ topics: [] }, (error) => {
      if (this.producer !== producer) return;
      if (error !== null) this.fail(this.explain(error, 'connect'), 'opening');
      else this.onConnected();
    });
  }

  send(bytes: Buffer, { destination = '' }: RequestTraits): void {
    const { producer } = this;
    if (producer === null || !this.isOpen || this.isBusy)
      throw new Error('A message was sent by a producer that is closed or busy.');
    this.isBusy = true;
    const messages = [{ topic: destination, key: NO_KEY, value: bytes }];
    producer.send({ messages, acks: LEADER_HAS_IT }, (error) => {
      if (this.producer === producer && this.isBusy) this.onEnd(error);
    });
  }

  destroy(): void {
    this.release();
  }

  private onConnected(): void {
    this.stopTimer();
    this.isOpen = true;
    this.owner.onOpen();
  }

  private onEnd(error: Error | null): void {
    const { answer } = this;
    answer.reset();
    answer.isWhole = true;
    answer.status = 200;
    if (error !== null) {
      const reason = readFailure(error);
      if (reason.kind === 'network') {
        this.fail(this.explain(error, 'open'), 'unanswered');
        return;
      }
      answer.status = 500;
      answer.refusal = reason.refusal;
    }
    this.isBusy = false;
    this.owner.onAnswer(answer);
  }

  private explain(error: Error, during: 'connect' | 'open'): SocketFailure {
    const reason = readFailure(error);
    if (reason.kind === 'refused') return failure('unreachable', `${this.name}: ${reason.refusal.description}`);
    return explainSocketError(reason.cause, this.name, during);
  }

  private fail({ kind, message }: SocketFailure, phase: WirePhase): void {
    this.release();
    this.owner.onFailure({ kind, message, phase });
  }

  private release(): void {
    this.stopTimer();
    this.isOpen = false;
    this.isBusy = false;
    const { producer } = this;
    this.producer = null;
    // Whatever still goes wrong with a producer that was given up is of no interest.
    producer?.close(() => undefined);
  }

  private stopTimer(): void {
    if (this.openTimer !== null) clearTimeout(this.openTimer);
    this.openTimer = null;
  }
}
