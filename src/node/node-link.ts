// A node's tie to its coordinator: tries to connect for as long as it takes, registers the node, and obeys.
import type { NatsConnection } from '@nats-io/transport-node';
import { BenchmarkError } from '../errors.ts';
import type { ConnectOptions } from '../nats/connect.ts';
import { firstFailure, newNodeId } from '../nats/connect.ts';
import type { ConnectFailure } from '../nats/connect-failure.ts';
import { NodeAgent } from './node-agent.ts';
import type { NodeAgentOptions } from './node-options.ts';
import { Registration, type RegistrationState } from './registration.ts';

/** What a node is given, except for its connections, id and secret, which the link makes. */
export interface NodeLinkOptions extends Omit<NodeAgentOptions, 'bus' | 'bulk' | 'id' | 'secret'> {
  /** Opens a connection to the coordinator's NATS with the id of this node. */
  readonly connect: (id: string, options: ConnectOptions) => Promise<NatsConnection>;
  /** Called whenever the state of the node's registration changes. */
  readonly onState: (state: RegistrationState) => void;
}

/** A node that is a member of its fleet, or tries to be, until it is stopped. */
export class NodeLink {
  private readonly options: NodeLinkOptions;
  private readonly stopped = new AbortController();
  private readonly connections: NatsConnection[] = [];
  private registration: Registration | null = null;
  private agent: NodeAgent | null = null;
  private state: RegistrationState = { kind: 'silent', reason: 'connecting' };
  private onChange: () => void = () => {};
  private running: Promise<void> = Promise.resolve();
  private isExplaining = false;

  constructor(options: NodeLinkOptions) {
    this.options = options;
  }

  /** Begins to connect, without waiting for the result. */
  start(): void {
    this.running = this.run();
  }

  /**
   * Waits until the node is registered or refused for good, but at most `patienceMillis`. Returns the state at that
   * moment.
   */
  async untilSettled(patienceMillis: number): Promise<RegistrationState> {
    const isSettled = (): boolean =>
      this.state.kind === 'registered' || (this.state.kind === 'refused' && this.state.isFinal);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMillis);
      this.onChange = () => {
        if (!isSettled()) return;
        clearTimeout(timer);
        resolve();
      };
      this.onChange();
    });
    this.onChange = () => {};
    return this.state;
  }

  /** Ends the load of this node and leaves the fleet. */
  async stop(reason: string): Promise<void> {
    this.stopped.abort();
    this.registration?.stop();
    await this.running;
    await this.agent?.stop(reason);
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  private async run(): Promise<void> {
    const { options } = this;
    const id = newNodeId();
    const secret = newNodeId();
    try {
      const bus = await this.open(id);
      const bulk = await this.open(id);
      if (this.stopped.signal.aborted) return;
      const agent = new NodeAgent({ ...options, bus, bulk, id, secret });
      this.agent = agent;
      agent.start();
      this.registration = new Registration({
        connection: bus,
        id,
        secret,
        hello: () => agent.hello(),
        onState: (state) => void this.explain(state, id),
      });
      this.registration.start();
    } catch (error) {
      if (!(error instanceof BenchmarkError && error.code === 'CANCELLED')) throw error;
    }
  }

  private async open(id: string): Promise<NatsConnection> {
    const onFailedAttempt = (failure: ConnectFailure): void => this.tell(stateOf(failure));
    const connection = await this.options.connect(id, { signal: this.stopped.signal, onFailedAttempt });
    this.connections.push(connection);
    return connection;
  }

  /**
   * Tells a new state. A lost connection reconnects by itself but never says why it cannot, so a fresh attempt is made
   * to learn the reason.
   */
  private async explain(state: RegistrationState, id: string): Promise<void> {
    this.tell(state);
    if (state.kind !== 'silent' || this.isExplaining || this.stopped.signal.aborted) return;
    this.isExplaining = true;
    const failure = await firstFailure((attempt) => this.options.connect(id, attempt));
    this.isExplaining = false;
    // The connection of the node may have come back meanwhile.
    if (failure !== null && this.state.kind !== 'registered' && !this.stopped.signal.aborted)
      this.tell(stateOf(failure));
  }

  private tell(state: RegistrationState): void {
    const isNews = JSON.stringify(state) !== JSON.stringify(this.state);
    this.state = state;
    if (isNews) this.options.onState(state);
    this.onChange();
  }
}

/** What a failed attempt says of the coordinator: either it refuses this node, or it does not answer. */
function stateOf({ error: { message, hint }, isRefusal }: ConnectFailure): RegistrationState {
  const reason = hint === undefined ? message : `${message} ${hint}`;
  return isRefusal ? { kind: 'refused', reason, isFinal: false } : { kind: 'silent', reason };
}
