// Receives the registrations of admitted nodes. Each node has a subscription of its own, its door, which the server
// closes after a few messages. What a node sends beyond that goes no further than the server, so no node can fill the
// connection on which the hub hears all others.
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { upSubject } from '../fleet/protocol/subjects.ts';
import { TokenBucket } from './rate-limit.ts';
import { idLimit } from './registration-gate.ts';

/** Where registrations come from, where they go, and the clock. */
export interface RegisterDoorsOptions {
  readonly connection: NatsConnection;
  readonly onRegister: (id: string, message: Msg) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Messages that the server lets through a door before it is opened anew. */
const messagesPerDoor = 5;

/** The subscription of one node. `left` is the number of messages that the server still lets through. */
interface Door {
  readonly bucket: TokenBucket;
  subscription: Subscription | null;
  left: number;
}

/** The doors of all admitted nodes. A closed door is opened anew as often as the limit of its node allows. */
export class RegisterDoors {
  private readonly options: RegisterDoorsOptions;
  private readonly doors = new Map<string, Door>();

  constructor(options: RegisterDoorsOptions) {
    this.options = options;
  }

  /** Listens to a node that is about to be admitted, so that nothing is missed that it says after its admission. */
  open(id: string): void {
    if (this.doors.has(id)) return;
    const door: Door = { bucket: new TokenBucket(idLimit, this.options.now()), subscription: null, left: 0 };
    this.doors.set(id, door);
    this.listen(id, door);
  }

  /** Stops listening to a node whose last connection has ended. */
  close(id: string): void {
    this.doors.get(id)?.subscription?.unsubscribe();
    this.doors.delete(id);
  }

  /** Opens closed doors whose nodes have waited long enough. To be called about once a second. */
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
    // This was the last message of the subscription, which the server has closed.
    if (door.left === 0) this.listen(id, door);
    this.options.onRegister(id, message);
  }
}
