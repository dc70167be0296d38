// Keeps a node known to its coordinator: registers at once, after every reconnection and every few seconds.
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../errors.ts';
import { decodeBytes, encodeBytes } from '../fleet/protocol/codec.ts';
import { type NodeHello, registerAnswerCodec, registerRequestCodec, registrationIntervalMillis } from '../fleet/protocol/hub-messages.ts';
import { upSubject } from '../fleet/protocol/subjects.ts';

export type RegistrationState =
  | { readonly kind: 'registered'; readonly coordinatorVersion: string }
  /** Final: trying again is of no use. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean }
  /** No answer: the connection or the coordinator is away. */
  | { readonly kind: 'silent'; readonly reason: string };

export interface RegistrationOptions {
  readonly connection: NatsConnection;
  readonly id: string;
  /** What commands must carry; the form of an id. */
  readonly secret: string;
  readonly hello: () => Promise<NodeHello>;
  /** Told after each attempt whose outcome differs from the one before. */
  readonly onState: (state: RegistrationState) => void;
}

/** A request that was not answered in this time is repeated. */
const TIMEOUT_MILLIS = 2000;
/** After an attempt that failed. */
const RETRY_MILLIS = 1000;

export class Registration {
  private readonly options: RegistrationOptions;
  private last = '';
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;
  private isBusy = false;

  constructor(options: RegistrationOptions) {
    this.options = options;
  }

  start(): void {
    void this.watchReconnects();
    void this.register();
  }

  stop(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async watchReconnects(): Promise<void> {
    for await (const { type } of this.options.connection.status()) {
      if (this.isClosed) return;
      if (type === 'reconnect') void this.register();
    }
  }

  private async register(): Promise<void> {
    if (this.isBusy || this.isClosed) return;
    this.isBusy = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const state = await this.attempt();
    this.isBusy = false;
    if (this.isClosed) return;
    this.tell(state);
    this.timer = setTimeout(() => void this.register(), state.kind === 'registered' ? registrationIntervalMillis : RETRY_MILLIS);
  }

  private async attempt(): Promise<RegistrationState> {
    const { connection, id, secret, hello } = this.options;
    try {
      const request = encodeBytes(registerRequestCodec, { secret, hello: await hello() });
      const { data } = await connection.request(upSubject(id, 'register'), request, { timeout: TIMEOUT_MILLIS });
      const answer = decodeBytes(registerAnswerCodec, data, 'the answer to the registration');
      return answer.kind === 'accepted' ? { kind: 'registered', coordinatorVersion: answer.coordinatorVersion } : answer;
    } catch (error) {
      return { kind: 'silent', reason: messageOf(error) };
    }
  }

  private tell(state: RegistrationState): void {
    const text = JSON.stringify(state);
    if (text === this.last) return;
    this.last = text;
    this.options.onState(state);
  }
}
