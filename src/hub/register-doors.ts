// Where nodes knock: a subscription per admitted node, which the server itself closes after a few messages. What a node sends beyond that ends at the
// server, so nobody can fill the connection on which the hub hears all others.
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { upSubject } from '../fleet/protocol/subjects.ts';
import { TokenBucket } from './rate-limit.ts';
import { idLimit } from './registration-gate.ts';

export interface RegisterDoorsOptions {
  readonly connection: NatsConnection;
  readonly onRegister: (id: string, message: Msg) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Messages that the server lets through a door before it is opened anew. */
const messagesPerDoor = 5;

interface Door {
  readonly bucket: TokenBucket;
  subscription: Subscription | null;
  left: number;
}

export class RegisterDoors {
  private readonly options: RegisterDoorsOptions;
  private readonly doors = new Map<string, Door>();

  constructor(options: RegisterDoorsOptions) {
    this.options = options;
  }

  /** Listens to a node that is being admitted: nothing that it says after its admission is missed. */
  open(id: string): void {
    if (this.doors.has(id)) return;
    const door: Door = { bucket: new TokenBucket(idLimit, this.options.now()), subscription: null, left: 0 };
    this.doors.set(id, door);
    this.listen(id, door);
  }

  /** Listens no more: the last connection of the node has ended. */
  close(id: string): void {
    this.doors.get(id)?.subscription?.unsubscribe();
    this.doors.delete(id);
  }

  /** Opens the doors of those who have waited long enough. To be called about once a second. */
  sweep(): void {
    for (const [id, door] of this.doors) if (door.left === 0) this.listen(id, door);
  }

  private listen(id: string, door: Door): void {
    if (!door.bucket.take(this.options.now(), messagesPerDoor)) return;
    door.left = messagesPerDoor;
    door.subscription = this.options.connection.subscribe(upSubject(id, 'register'), {
      max: messagesPerDoor,
      callback: (error, message) => {
        if (error === null) this.onMessage(id, door, message);
      },
    });
  }

  private onMessage(id: string, door: Door, message: Msg): void {
    door.left--;
    // The subscription has ended by itself.
    if (door.left === 0) this.listen(id, door);
    this.options.onRegister(id, message);
  }
}
