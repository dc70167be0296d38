// A target in a process of its own, for another network namespace: counts requests of /steady by the address they come
// from. Arguments: address, port.
import { sendJson, startFakeOpenSearch } from '../fake-opensearch.ts';

/** What came from one address; times are epoch ms. */
export interface Counted {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

const [address = '', port = ''] = process.argv.slice(2);
const counted = new Map<string, Counted>();
await startFakeOpenSearch(
  (request, response) => {
    if (request.url !== '/steady') return false;
    const now = Date.now();
    const from = request.socket.remoteAddress ?? '';
    const { count, first } = counted.get(from) ?? { count: 0, first: now };
    counted.set(from, { count: count + 1, first, last: now });
    sendJson(response, 200, {});
    return true;
  },
  null,
  { address, port: Number(port) },
);
process.on('message', (question) => {
  if (question === 'forget') counted.clear();
  process.send?.(Object.fromEntries(counted));
});
// The test is gone: so is its target.
process.on('disconnect', () => process.exit(0));
process.send?.('listening');
