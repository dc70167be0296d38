// Learns from the server itself which connections have ended and which are open.
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { messageOf } from '../errors.ts';
import { count, decodeBytes, type JsonCodec, list, object, optional, text } from '../fleet/protocol/json-codec.ts';
import { fleetAccount } from '../nats/nats-config.ts';
import type { Admission } from './admission.ts';

/** Who is asked, and who hears of connections that have ended. */
export interface ServerConnectionsOptions {
  /** The connection to the system account of the server. */
  readonly observer: NatsConnection;
  readonly admission: Admission;
  /**
   * Called when an id has lost its last connection. `reason` is `null` if the end was not heard when it happened: then
   * the node may be about to come back.
   */
  readonly onGone: (id: string, reason: string | null) => void;
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void;
}

const timeoutMillis = 2000;
/** An answer that is no older than this is as good as a new one. */
const freshMillis = 1000;
/** Pause after a question that the server did not answer. */
const retryMillis = 500;
/** Time between two comparisons while nothing seems wrong. Events may be lost without a sign. */
const checkMillis = 30_000;
/** More connections than the server admits: one answer lists them all, as they are at one moment. */
const mostListed = 1 << 16;

/**
 * Keeps {@link Admission} true to the server: hears of each connection that ends, and asks for the list of all whenever
 * an end may have been missed.
 */
export class ServerConnections {
  private readonly options: ServerConnectionsOptions;
  private checking: Promise<void> | null = null;
  private checkedAt = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(options: ServerConnectionsOptions) {
    this.options = options;
  }

  /** Begins to listen, and to compare every now and then. */
  start(): void {
    this.options.observer.subscribe(`$SYS.ACCOUNT.${fleetAccount}.DISCONNECT`, {
      callback: (error, message) => {
        if (error === null) this.onDisconnect(message);
      },
    });
    void this.watch();
    this.timer = setInterval(() => void this.check(), checkMillis).unref();
  }

  /** Ends the comparisons. The subscription ends with the connection. */
  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearInterval(this.timer);
  }

  /**
   * Compares what is believed with the server's own list, unless that was done just now. A failure is logged; the
   * promise never rejects.
   */
  check(): Promise<void> {
    if (this.checking === null && performance.now() - this.checkedAt < freshMillis) return Promise.resolve();
    this.checking ??= this.compare().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  /** Compares after each interruption, because the server does not repeat what it said meanwhile. */
  private async watch(): Promise<void> {
    for await (const { type } of this.options.observer.status()) {
      if (this.isStopped) return;
      if (type !== 'reconnect' && type !== 'slowConsumer') continue;
      this.checkedAt = Number.NEGATIVE_INFINITY;
      await this.untilChecked();
    }
  }

  private async untilChecked(): Promise<void> {
    while (!this.isStopped && this.checkedAt === Number.NEGATIVE_INFINITY) {
      await this.check();
      if (this.checkedAt === Number.NEGATIVE_INFINITY)
        await new Promise((resolve) => setTimeout(resolve, retryMillis).unref());
    }
  }

  private async compare(): Promise<void> {
    const { observer, admission, log } = this.options;
    const believed = admission.believed();
    const asked = performance.now();
    try {
      const request = JSON.stringify({ limit: mostListed });
      const { data: answer } = await observer.request('$SYS.REQ.SERVER.PING.CONNZ', request, {
        timeout: timeoutMillis,
      });
      const {
        server_id: serverId,
        total,
        connections,
      } = decodeBytes(listCodec, answer, 'the list of connections').data;
      if (connections.length !== total) throw new Error(`it lists ${connections.length} of ${total}`);
      const gone = admission.reconcile(believed, serverId, new Set(connections.map(({ cid }) => cid)));
      this.checkedAt = asked;
      for (const id of gone) this.options.onGone(id, null);
    } catch (error) {
      if (!this.isStopped) log('WARNING', `The server does not list its connections: ${messageOf(error)}.`);
    }
  }

  private onDisconnect(message: Msg): void {
    try {
      const { server, client, reason } = decodeBytes(disconnectCodec, message.data, 'the end of a connection');
      const id = this.options.admission.release({ serverId: server.id, clientId: client.id });
      if (id !== null) this.options.onGone(id, reason === undefined || reason === '' ? 'its connection ended' : reason);
    } catch {
      // An event of an unknown form may mean anything, so the server is asked for its list.
      void this.check();
    }
  }
}

/** The fields that are read of the server's list of connections, which NATS calls CONNZ. */
interface ConnectionList {
  readonly data: {
    readonly server_id: string;
    readonly total: number;
    readonly connections: readonly { readonly cid: number }[];
  };
}

const listCodec: JsonCodec<ConnectionList> = object<ConnectionList>({
  data: object<ConnectionList['data']>({
    server_id: text(100),
    total: count(),
    connections: list(object<{ readonly cid: number }>({ cid: count() })),
  }),
});

/** The fields that are read of the event that a connection has ended. */
interface Disconnect {
  readonly server: { readonly id: string };
  readonly client: { readonly id: number };
  readonly reason: string | undefined;
}

const disconnectCodec: JsonCodec<Disconnect> = object<Disconnect>({
  server: object<Disconnect['server']>({ id: text(100) }),
  client: object<Disconnect['client']>({ id: count() }),
  reason: optional(text(1000)),
});
