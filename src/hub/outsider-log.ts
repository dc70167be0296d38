// What others cause in the log of the coordinator: the first of it line by line, all of it counted, and so much in a minute whatever they do.
import { addressClass } from '../nats/addresses.ts';
import { type Limit, TokenBucket } from './rate-limit.ts';

/** What happens; each has a limit and a summary of its own, so that one cannot hide the others. */
export type OutsiderEvent = 'connection' | 'registration' | 'membership';

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
/** Texts that are known to have been told, and addresses that are counted by themselves. */
const mostKept = 1000;

/** What was not told since the last summary. */
interface Untold {
  readonly bucket: TokenBucket;
  readonly told: Set<string>;
  readonly byAddress: Map<string, number>;
  count: number;
}

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
    this.untold = { connection: empty('connection'), registration: empty('registration'), membership: empty('membership') };
    this.summedAt = now;
  }

  /** Writes the message, unless it was written in the same minute or there were too many; then it is counted for the address. */
  tell(event: OutsiderEvent, level: 'INFO' | 'WARNING', message: string, address: string): void {
    const { told, bucket } = this.untold[event];
    if (told.has(message) || !bucket.take(this.options.now())) {
      this.count(event, address);
      return;
    }
    if (told.size < mostKept && event !== 'membership') told.add(message);
    this.options.log(level, message);
  }

  /** Counts what is not worth a line. */
  count(event: OutsiderEvent, address: string): void {
    const untold = this.untold[event];
    const { byAddress } = untold;
    untold.count++;
    const known = addressClass(address);
    const key = byAddress.has(known) || byAddress.size < mostKept ? known : 'other addresses';
    byAddress.set(key, (byAddress.get(key) ?? 0) + 1);
  }

  /** Writes the summaries of the last minute when it is over. To be called every now and then. */
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
    const [address = '', most = 0] = [...byAddress].reduce((left, right) => (right[1] > left[1] ? right : left), ['', 0]);
    const from = byAddress.size === 1 ? `from ${address}` : `from ${byAddress.size} addresses, ${most} of them from ${address}`;
    this.options.log('WARNING', `In the last minute ${count} more ${summaries[event]}, ${from}.`);
    byAddress.clear();
    untold.count = 0;
  }
}
