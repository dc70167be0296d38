// What the fleet needs of a NATS connection; a connection of the NATS client fits.

export interface BusMessage {
  readonly subject: string;
  readonly reply?: string;
  readonly data: Uint8Array;
  respond(payload?: Uint8Array): boolean;
}

export interface BusSubscription {
  unsubscribe(): void;
}

export interface Bus {
  /** Rejects if nobody listens or no answer comes in `timeout` ms. */
  request(subject: string, payload: Uint8Array, options: { readonly timeout: number }): Promise<BusMessage>;
  subscribe(subject: string, options: { readonly callback: (error: Error | null, message: BusMessage) => void }): BusSubscription;
  status(): AsyncIterable<{ readonly type: string }>;
}

/** A connection of one's own. */
export interface FleetConnection extends Bus {
  close(): Promise<void>;
}

/** Knows whether a connection is up, and tells of each time when it is up again. */
export class BusWatch {
  isUp = true;

  constructor(bus: Bus, onReconnect: () => void) {
    void this.follow(bus, onReconnect);
  }

  /** Ends with the connection. */
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

/** The id in `osb.up.<id>.<verb>`. */
export const idInSubject = (subject: string): string => subject.split('.')[2] ?? '';
