// Keeps a node registered with its coordinator: registers at once, after every reconnection and every few seconds.
import type { NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../errors.ts';
import {
  type NodeHello,
  registerAnswerCodec,
  registerRequestCodec,
  registrationIntervalMillis,
} from '../fleet/protocol/hub-messages.ts';
import { decodeBytes, encodeBytes } from '../fleet/protocol/json-codec.ts';
import { upSubject } from '../fleet/protocol/subjects.ts';

/** How a node stands with its coordinator. */
export type RegistrationState =
  | { readonly kind: 'registered'; readonly coordinatorVersion: string }
  /** The coordinator does not want this node. `isFinal` says that trying again is of no use. */
  | { readonly kind: 'refused'; readonly reason: string; readonly isFinal: boolean }
  /** No answer has come: the connection or the coordinator is away. */
  | { readonly kind: 'silent'; readonly reason: string };

/** Who registers, and who hears of the result. */
export interface RegistrationOptions {
  readonly connection: NatsConnection;
  readonly id: string;
  /** The secret that commands to this node must carry; it has the form of an id. */
  readonly secret: string;
  /** Collects what the node says of itself, anew for each attempt. */
  readonly hello: () => Promise<NodeHello>;
  /** Called after each attempt whose outcome differs from the one before. */
  readonly onState: (state: RegistrationState) => void;
}

/** A request that was not answered in this time is repeated. */
const TIMEOUT_MILLIS = 2000;
/** Pause after an attempt that failed. */
const RETRY_MILLIS = 1000;

/** Registers a node again and again until it is stopped. */
export class Registration {
  private readonly options: RegistrationOptions;
  private last = '';
  private timer: NodeJS.Timeout | null = null;
  private isClosed = false;
  private isBusy = false;

  constructor(options: RegistrationOptions) {
    this.options = options;
  }

  /** Registers now, and from then on by itself. */
  start(): void {
    void this.watchReconnects();
    void this.register();
  }

  /** Stops registering. The coordinator is not told. */
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
    this.timer = setTimeout(
      () => void this.register(),
      state.kind === 'registered' ? registrationIntervalMillis : RETRY_MILLIS,
    );
  }

  private async attempt(): Promise<RegistrationState> {
    const { connection, id, secret, hello } = this.options;
    try {
      const request = encodeBytes(registerRequestCodec, { secret, hello: await hello() });
      const { data } = await connection.request(upSubject(id, 'register'), request, { timeout: TIMEOUT_MILLIS });
      const answer = decodeBytes(registerAnswerCodec, data, 'the answer to the registration');
      return answer.kind === 'accepted'
        ? { kind: 'registered', coordinatorVersion: answer.coordinatorVersion }
        : answer;
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
