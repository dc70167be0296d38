// Puts outages of hosts of the target into words: while the run goes on, and below the summary.
import type { EpochMillis } from '../units.ts';
import type { EndpointChange, EndpointResults, Outage } from './endpoint-figures.ts';

/** How many outages of one host are told below the summary; more are only counted. */
const TOLD_OUTAGES = 3;

/**
 * One line about a host that cannot be reached any more, or that answers again. `hosts` says how many the target has.
 */
export function tellOutage({ endpoint, outage }: EndpointChange, hosts: number): string {
  const to = seenFrom(outage);
  if (outage.until !== null) return `${endpoint} answers again${to}, after ${inSeconds(outage.seconds)}.`;
  const share = hosts > 1 ? ' Its share goes to the other hosts.' : '';
  return `${endpoint} answers no request${to} since ${timeOfDay(outage.since)}: ${outage.reason}.${share}`;
}

/** What the reader of the results must know of the hosts: one sentence per outage. */
export function outageWarnings(endpoints: readonly EndpointResults[]): readonly string[] {
  const share = endpoints.length > 1 ? ': its share went to the other hosts' : '';
  return endpoints.flatMap(({ endpoint, outages }) => {
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
  const requests = sumOf(endpoints, (endpoint) => endpoint.requests);
  const errors = sumOf(endpoints, (endpoint) => endpoint.errors);
  return endpoints.flatMap((one) => {
    const others = { requests: requests - one.requests, errors: errors - one.errors };
    if (others.requests === 0 || shareOf(one) < Math.max(CONSPICUOUS_SHARE, CONSPICUOUS_FACTOR * shareOf(others)))
      return [];
    const rest = `the other hosts failed ${others.errors} of ${others.requests}`;
    return [`${one.endpoint} failed ${one.errors} of the ${one.requests} requests that it was sent; ${rest}.`];
  });
}

const sumOf = (endpoints: readonly EndpointResults[], figure: (endpoint: EndpointResults) => number): number =>
  endpoints.reduce((sum, endpoint) => sum + figure(endpoint), 0);

const shareOf = ({ requests, errors }: { readonly requests: number; readonly errors: number }): number =>
  requests === 0 ? 0 : errors / requests;

const seenFrom = ({ node }: Outage): string => (node === null ? '' : ` to node ${node}`);

const timeOfDay = (time: EpochMillis): string => `${new Date(time).toISOString().slice(11, 19)} UTC`;

const inSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
