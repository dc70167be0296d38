// The part of a NATS connection that the fleet uses. A connection of the NATS client has this shape already.

/** A message that arrived. */
export interface BusMessage {
  readonly subject: string;
  /** The subject on which the sender waits for an answer; absent if it waits for none. */
  readonly reply?: string;
  readonly data: Uint8Array;
  /** Sends an answer to `reply`. False if the message has none. */
  respond(payload?: Uint8Array): boolean;
}

/** A subscription that can be ended. */
export interface BusSubscription {
  unsubscribe(): void;
}

/** A connection to NATS, which may be shared with others. */
export interface Bus {
  /** Sends a message and resolves to its answer. Rejects if nobody listens or no answer comes within `timeout` ms. */
  request(subject: string, payload: Uint8Array, options: { readonly timeout: number }): Promise<BusMessage>;
  /** Calls `callback` for each message on a subject, in which `*` stands for any one word. */
  subscribe(
    subject: string,
    options: { readonly callback: (error: Error | null, message: BusMessage) => void },
  ): BusSubscription;
  /** Changes of the connection, among them `disconnect` and `reconnect`; ends when the connection is closed. */
  status(): AsyncIterable<{ readonly type: string }>;
}

/** A connection that its owner closes. */
export interface FleetConnection extends Bus {
  close(): Promise<void>;
}

/** Watches whether a connection is up, and calls `onReconnect` each time when it is up again. */
export class BusWatch {
  /** Whether the connection is up now. */
  isUp = true;

  constructor(bus: Bus, onReconnect: () => void) {
    void this.follow(bus, onReconnect);
  }

  /** Follows the changes of the connection until it is closed. */
  private async follow(bus: Bus, onReconnect: () => void): Promise<void> {
    for await (const { type } of bus.status()) {
      if (type === 'disconnect') this.isUp = false;
      if (type === 'reconnect') {
        this.isUp = true;
        onReconnect();
      }
    }
  }
}

/** The id of the node in a subject `osb.up.<id>.<verb>` or `osb.down.<id>`; empty if there is none. */
export const idInSubject = (subject: string): string => subject.split('.')[2] ?? '';
