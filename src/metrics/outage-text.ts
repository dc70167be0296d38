// Outages of hosts of the target in words: while the run goes on, and below the summary.
import type { EpochMillis } from '../units.ts';
import type { EndpointChange, EndpointResults, Outage } from './endpoint-figures.ts';

/** Outages of one host that are told below the summary; more are only counted. */
const TOLD_OUTAGES = 3;

/** One line about a host that cannot be reached any more, or that answers again. `hosts`: how many the target has. */
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
      return `${endpoint} answered no request${seenFrom(outage)} from ${timeOfDay(outage.since)} for ${inSeconds(outage.seconds)}${end}${share}.`;
    });
    const more = outages.length - told.length;
    return more > 0 ? [...told, `${endpoint} could not be reached ${more} more ${more === 1 ? 'time' : 'times'}.`] : told;
  });
}

const seenFrom = ({ node }: Outage): string => (node === null ? '' : ` to node ${node}`);

const timeOfDay = (time: EpochMillis): string => `${new Date(time).toISOString().slice(11, 19)} UTC`;

const inSeconds = (seconds: number): string => `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
