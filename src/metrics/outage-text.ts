// Puts outages of hosts of the target into words: while the run goes on, and below the summary.
import type { EpochMillis } from '../units.ts';
import type { EndpointChange, EndpointName, EndpointResults, Outage } from './endpoint-figures.ts';

/** How many outages of one host are told below the summary; more are only counted. */
const TOLD_OUTAGES = 3;

/** How a host is called: with what is spoken to it, unless that is HTTP. */
const nameOf = ({ endpoint, protocol }: EndpointName): string =>
  protocol === 'http' ? endpoint : `${endpoint} (${NAMES[protocol]})`;

const NAMES = { grpc: 'gRPC', kafka: 'Kafka' } as const;

/** Those that share requests with a host, the host included. */
const sharersOf = <T extends EndpointName>({ protocol }: EndpointName, all: readonly T[]): readonly T[] =>
  all.filter((other) => other.protocol === protocol);

/** One line about a host that cannot be reached any more, or that answers again. `all` are the hosts of the run. */
export function tellOutage(change: EndpointChange, all: readonly EndpointName[]): string {
  const { outage } = change;
  const endpoint = nameOf(change);
  const to = seenFrom(outage);
  if (outage.until !== null) return `${endpoint} answers again${to}, after ${inSeconds(outage.seconds)}.`;
  const share = sharersOf(change, all).length > 1 ? ' Its share goes to the other hosts.' : '';
  return `${endpoint} answers no request${to} since ${timeOfDay(outage.since)}: ${outage.reason}.${share}`;
}

/** What the reader of the results must know of the hosts: one sentence per outage. */
export function outageWarnings(endpoints: readonly EndpointResults[]): readonly string[] {
  return endpoints.flatMap((one) => {
    const { outages } = one;
    const endpoint = nameOf(one);
    const share = sharersOf(one, endpoints).length > 1 ? ': its share went to the other hosts' : '';
    const told = outages.slice(0, TOLD_OUTAGES).map((outage) => {
      const end = outage.until === null ? ', to the end of the run' : '';
      const time = `from ${timeOfDay(outage.since)} for ${inSeconds(outage.seconds)}${end}`;
      return `${endpoint} answered no request${seenFrom(outage)} ${time}${share}.`;
    });
    const more = outages.length - told.length;
    return more > 0
      ? [...told, `${endpoint} could not be reached ${more} more ${more === 1 ? 'time' : 'times'}.`]
      : told;
  });
}

/** A host stands out if it fails at least this share of its requests, and so many times the share of the others. */
const CONSPICUOUS_SHARE = 0.05;
const CONSPICUOUS_FACTOR = 5;

/**
 * Which of several hosts failed far more of their requests than the others did, as a host does that takes connections
 * and answers nothing: one sentence per host.
 */
export function failingHostWarnings(endpoints: readonly EndpointResults[]): readonly string[] {
  return endpoints.flatMap((one) => {
    const sharers = sharersOf(one, endpoints);
    const requests = sumOf(sharers, (endpoint) => endpoint.requests);
    const errors = sumOf(sharers, (endpoint) => endpoint.errors);
    const others = { requests: requests - one.requests, errors: errors - one.errors };
    if (others.requests === 0 || shareOf(one) < Math.max(CONSPICUOUS_SHARE, CONSPICUOUS_FACTOR * shareOf(others)))
      return [];
    const rest = `the other hosts failed ${others.errors} of ${others.requests}`;
    return [`${nameOf(one)} failed ${one.errors} of the ${one.requests} requests that it was sent; ${rest}.`];
  });
}

const sumOf = (endpoints: readonly EndpointResults[], figure: (endpoint: EndpointResults) => number): number =>
  endpoints.reduce((sum, endpoint) => sum + figure(endpoint), 0);

const shareOf = ({ requests, errors }: { readonly requests: number; readonly errors: number }): number =>
  requests === 0 ? 0 : errors / requests;

const seenFrom = ({ node }: Outage): string => (node === null ? '' : ` to node ${node}`);

const timeOfDay = (time: EpochMillis): string => `${new Date(time).toISOString().slice(11, 19)} UTC`;

const inSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
