// One connection of the load path to the gRPC interface of a cluster: a channel with a connection of its own, on which
// one call is under way at a time.
import { connect as connectTcp } from 'node:net';
import {
  type Client,
  type ClientUnaryCall,
  connectivityState,
  credentials,
  Client as GrpcClient,
  type ServiceError,
} from '@grpc/grpc-js';
import { Answer } from '../transport/answer.ts';
import { explainSocketError, failure } from '../transport/network-failure.ts';
import type { Place } from '../transport/place.ts';
import type { RequestTraits, SocketFailure, Wire, WireOwner, WirePhase } from '../transport/wire.ts';
import { httpStatusOf, refusalOf } from './status.ts';

/**
 * Limit of a message in bytes. OpenSearch takes 10 MiB unless it is configured otherwise, and refuses more by itself;
 * its answers have no such limit, and tell of each document that failed in several kilobytes.
 */
const LARGEST_MESSAGE = 256 * 1024 * 1024;
const NEVER_MILLIS = 2 ** 31 - 1;
/** How long a host may take until the connection can be used. A host that takes longer is not there. */
const OPENING_MILLIS = 10_000;
/** The server is told a later end than the client's own limit, so that the client's own limit always comes first. */
const DEADLINE_MARGIN_MILLIS = 1000;

/**
 * Every channel has its own connection, and nothing happens behind the back of the load: no repeats, no proxies of the
 * environment, no compression, and no closing of idle connections.
 */
const CHANNEL_OPTIONS = {
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.enable_channelz': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.client_idle_timeout_ms': NEVER_MILLIS,
  'grpc.max_send_message_length': LARGEST_MESSAGE,
  'grpc.max_receive_message_length': LARGEST_MESSAGE,
} as const;

const asIs = (bytes: Buffer): Buffer => bytes;

/** A connection to one place, without TLS; {@link Wire.open} opens it. */
export class GrpcWire implements Wire {
  isOpen = false;
  isBusy = false;
  private readonly place: Place;
  private readonly owner: WireOwner;
  private readonly answer = new Answer();
  private client: Client | null = null;
  private call: ClientUnaryCall | null = null;
  private openTimer: NodeJS.Timeout | null = null;

  constructor(place: Place, owner: WireOwner) {
    this.place = place;
    this.owner = owner;
  }

  open(): void {
    if (this.client !== null) return;
    const client = new GrpcClient(this.place.text, credentials.createInsecure(), CHANNEL_OPTIONS);
    this.client = client;
    const seconds = OPENING_MILLIS / 1000;
    const late = `${this.place.text} cannot be reached: it did not open a gRPC connection within ${seconds} s`;
    this.openTimer = setTimeout(() => this.fail(failure('unreachable', late), 'opening'), OPENING_MILLIS);
    client.getChannel().getConnectivityState(true);
    this.follow(client, connectivityState.IDLE);
  }

  send(bytes: Buffer, { destination = '', timeout }: RequestTraits): void {
    const { client } = this;
    if (client === null || !this.isOpen || this.isBusy)
      throw new Error('A request was sent on a connection that is closed or busy.');
    this.isBusy = true;
    const options = timeout === undefined ? {} : { deadline: Date.now() + timeout + DEADLINE_MARGIN_MILLIS };
    const call = client.makeUnaryRequest(destination, asIs, asIs, bytes, options, (error, reply) => {
      if (this.call === call) this.onEnd(client, error, reply);
    });
    this.call = call;
  }

  destroy(): void {
    this.release();
  }

  /** Waits for the next change of the connection's state, and goes on until the connection is given up. */
  private follow(client: Client, seen: connectivityState): void {
    const channel = client.getChannel();
    channel.watchConnectivityState(seen, Number.POSITIVE_INFINITY, () => {
      if (this.client !== client) return;
      const state = channel.getConnectivityState(false);
      this.onState(state);
      if (this.client === client) this.follow(client, state);
    });
  }

  private onState(state: connectivityState): void {
    if (state === connectivityState.READY && !this.isOpen) {
      this.stopTimer();
      this.isOpen = true;
      this.owner.onOpen();
    } else if (state === connectivityState.TRANSIENT_FAILURE && !this.isOpen) this.explainRefusal();
    else if (state !== connectivityState.READY && this.isOpen && !this.isBusy) {
      this.release();
      this.owner.onIdleClose();
    }
    // Otherwise a call is under way, and its end tells what became of it.
  }

  private onEnd(client: Client, error: ServiceError | null, reply: Buffer | undefined): void {
    const { answer } = this;
    const isConnected = client.getChannel().getConnectivityState(false) === connectivityState.READY;
    this.call = null;
    this.isBusy = false;
    if (error !== null && !isConnected) {
      const lost = `${this.place.text} closed the connection before it answered (${error.details})`;
      this.fail(failure('lost', lost), 'unanswered');
      return;
    }
    answer.reset();
    answer.isWhole = true;
    answer.status = error === null ? 200 : httpStatusOf(error.code);
    answer.refusal = error === null ? null : refusalOf(error.code, error.details);
    if (reply !== undefined) answer.body = reply;
    answer.bodyLength = answer.body.length;
    answer.closes = !isConnected;
    if (answer.closes) this.release();
    this.owner.onAnswer(answer);
  }

  /**
   * The library only says that it cannot connect, so a socket is asked why. The channel is given up first: it would try
   * again by itself, and whoever owns this connection decides when.
   */
  private explainRefusal(): void {
    this.release();
    const { host, port, text } = this.place;
    const explanation: { socket: ReturnType<typeof connectTcp> | null } = { socket: null };
    const tell = (reason: SocketFailure): void => {
      explanation.socket?.destroy();
      if (this.openTimer === timer) this.fail(reason, 'opening');
    };
    const silent = failure('unreachable', `${text} cannot be reached: it does not answer`);
    const timer = setTimeout(() => tell(silent), OPENING_MILLIS);
    this.openTimer = timer;
    const socket = connectTcp({ host, port });
    explanation.socket = socket;
    socket.once('error', (error) => tell(explainSocketError(error, text, 'connect')));
    socket.once('connect', () =>
      tell(failure('unreachable', `${text} accepts connections, but does not speak gRPC without TLS`)),
    );
  }

  private fail({ kind, message }: SocketFailure, phase: WirePhase): void {
    this.release();
    this.owner.onFailure({ kind, message, phase });
  }

  private release(): void {
    this.stopTimer();
    this.isOpen = false;
    this.isBusy = false;
    const { client, call } = this;
    this.client = null;
    this.call = null;
    call?.cancel();
    client?.close();
  }

  private stopTimer(): void {
    if (this.openTimer !== null) clearTimeout(this.openTimer);
    this.openTimer = null;
  }
}
