// Bounds what others can make the coordinator log in a minute: the first events get a line each, and the rest is
// counted in a summary.
import { addressClass } from '../nats/addresses.ts';
import { type Limit, TokenBucket } from './rate-limit.ts';

/** A kind of event that others cause. Each kind has its own limit and summary, so that one cannot hide another. */
export type OutsiderEvent = 'connection' | 'registration' | 'membership';

/** Where the lines go, and the clock. */
export interface OutsiderLogOptions {
  readonly log: (level: 'INFO' | 'WARNING', message: string) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

const limits: Readonly<Record<OutsiderEvent, Limit>> = {
  connection: { burst: 30, perSecond: 0.1 },
  registration: { burst: 30, perSecond: 0.1 },
  // The nodes of a large fleet join and leave together, and each of them is worth a line.
  membership: { burst: 2000, perSecond: 0.2 },
};

const summaries: Readonly<Record<OutsiderEvent, string>> = {
  connection: 'connections were refused',
  registration: 'registrations were refused or not answered',
  membership: 'nodes joined or left',
};

const minuteMillis = 60_000;
/** Per kind of event: most messages that are remembered as told, and most addresses that are counted separately. */
const mostKept = 1000;

/**
 * What happened since the last summary. `told` are messages that have a line in the log and get no second one; `count`
 * is the number of events without a line, and `byAddress` that number for each address.
 */
interface Untold {
  readonly bucket: TokenBucket;
  readonly told: Set<string>;
  readonly byAddress: Map<string, number>;
  count: number;
}

/** Logs what others cause, in a bounded number of lines. */
export class OutsiderLog {
  private readonly options: OutsiderLogOptions;
  private readonly untold: Readonly<Record<OutsiderEvent, Untold>>;
  private summedAt: number;

  constructor(options: OutsiderLogOptions) {
    this.options = options;
    const now = options.now();
    const empty = (event: OutsiderEvent): Untold => ({
      bucket: new TokenBucket(limits[event], now),
      told: new Set(),
      byAddress: new Map(),
      count: 0,
    });
    this.untold = {
      connection: empty('connection'),
      registration: empty('registration'),
      membership: empty('membership'),
    };
    this.summedAt = now;
  }

  /**
   * Logs the message. If there are too many, or if the same one was logged in this minute, it is only counted for the
   * address. Messages about membership may repeat.
   */
  tell(event: OutsiderEvent, level: 'INFO' | 'WARNING', message: string, address: string): void {
    const { told, bucket } = this.untold[event];
    if (told.has(message) || !bucket.take(this.options.now())) {
      this.count(event, address);
      return;
    }
    if (told.size < mostKept && event !== 'membership') told.add(message);
    this.options.log(level, message);
  }

  /** Counts an event that is not worth a line. */
  count(event: OutsiderEvent, address: string): void {
    const untold = this.untold[event];
    const { byAddress } = untold;
    untold.count++;
    const known = addressClass(address);
    const key = byAddress.has(known) || byAddress.size < mostKept ? known : 'other addresses';
    byAddress.set(key, (byAddress.get(key) ?? 0) + 1);
  }

  /** Logs the summaries when a minute is over. To be called about once a second. */
  sweep(): void {
    const now = this.options.now();
    if (now - this.summedAt < minuteMillis) return;
    this.summedAt = now;
    for (const event of ['connection', 'registration', 'membership'] as const) this.summarise(event);
  }

  private summarise(event: OutsiderEvent): void {
    const untold = this.untold[event];
    const { count, byAddress, told } = untold;
    told.clear();
    if (count === 0) return;
    const [address = '', most = 0] = [...byAddress].reduce(
      (left, right) => (right[1] > left[1] ? right : left),
      ['', 0],
    );
    const from =
      byAddress.size === 1 ? `from ${address}` : `from ${byAddress.size} addresses, ${most} of them from ${address}`;
    this.options.log('WARNING', `In the last minute ${count} more ${summaries[event]}, ${from}.`);
    byAddress.clear();
    untold.count = 0;
  }
}
