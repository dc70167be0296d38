// One administrative client for several hosts of a cluster: the first that answers is asked, whatever their order.
import { BenchmarkError } from '../errors.ts';
import type { AdminClient, AdminReply, AdminRequest } from './admin-request.ts';

/** Statuses that a proxy answers in place of a host that is not there, or a host that is starting or stopping. */
const NOT_THERE: ReadonlySet<number> = new Set([502, 503, 504]);
/** Methods of requests that only read. Any other may have been carried out by the host that did not answer. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Asks the hosts in turn, beginning with the one that answered last. A request that only reads goes on to the next host
 * when one cannot be reached or says that it is not there; each has the time limit of the request. If none answers the
 * error says of each what happened.
 */
export function anyHost(hosts: readonly AdminClient[]): AdminClient {
  const [only] = hosts;
  if (hosts.length === 1 && only !== undefined) return only;
  let preferred = 0;
  const inTurn = (): readonly AdminClient[] => [...hosts.slice(preferred), ...hosts.slice(0, preferred)];
  return {
    place: hosts.map(({ place }) => place).join(', '),
    async request(request) {
      const problems: BenchmarkError[] = [];
      let lacking: AdminReply | null = null;
      for (const host of inTurn()) {
        const answer = await ask(host, request);
        if (answer instanceof BenchmarkError) {
          problems.push(answer);
          continue;
        }
        preferred = hosts.indexOf(host);
        if (!NOT_THERE.has(answer.status) || !READING.has(request.method)) return answer;
        lacking ??= answer;
      }
      if (lacking !== null) return lacking;
      throw noneAnswers(problems);
    },
    async close() {
      for (const host of hosts) await host.close();
    },
  };
}

/**
 * Asks one host. An error that another host may not have is returned, so that the next one is asked; others are thrown.
 */
async function ask(host: AdminClient, request: AdminRequest): Promise<AdminReply | BenchmarkError> {
  try {
    return await host.request(request);
  } catch (error) {
    if (error instanceof BenchmarkError && error.code === 'TARGET_UNREACHABLE' && READING.has(request.method))
      return error;
    throw error;
  }
}

function noneAnswers(problems: readonly BenchmarkError[]): BenchmarkError {
  const reasons = problems.map(({ message }) => message).join(' ');
  const message = `None of the ${problems.length} hosts answers. ${reasons}`;
  return new BenchmarkError('TARGET_UNREACHABLE', message, { hint: problems[0]?.hint });
}
