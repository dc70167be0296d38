// The hosts of the target in the `results` of test_run.json: an extension of this project.
import { Float, type Json, type JsonObject } from '../json.ts';
import type { EndpointResults, Outage } from '../metrics/endpoint-figures.ts';
import { protocols } from '../transport/transport.ts';
import { epochMillis } from '../units.ts';
import { numberField, objectsField, textField } from './fields.ts';

/** One host as JSON; moments are in ms since 1970. */
export function endpointDocument(endpoint: EndpointResults): JsonObject {
  return new Map<string, Json>([
    ['endpoint', endpoint.endpoint],
    ...(endpoint.protocol === 'http' ? [] : [['protocol', endpoint.protocol] as const]),
    ['requests', endpoint.requests],
    ['errors', endpoint.errors],
    ['connections', endpoint.connections],
    ['connection_failures', endpoint.connectionFailures],
    ['outages', endpoint.outages.map(outageDocument)],
  ]);
}

function outageDocument({ since, until, seconds, node, reason }: Outage): JsonObject {
  return new Map<string, Json>([
    ['since', Math.round(since)],
    ['until', until === null ? null : Math.round(until)],
    ['seconds', new Float(seconds)],
    ...(node === null ? [] : [['node', node] as const]),
    ['reason', reason],
  ]);
}

/** One host from its JSON; none if it has no name. What is absent is 0 or empty. */
export function parseEndpoint(entry: JsonObject): readonly EndpointResults[] {
  const endpoint = textField(entry, 'endpoint');
  if (endpoint === null) return [];
  const count = (key: string): number => numberField(entry, key) ?? 0;
  const outages = objectsField(entry, 'outages').map(parseOutage);
  const [connections, connectionFailures] = [count('connections'), count('connection_failures')];
  const protocol = protocols.find((known) => known === textField(entry, 'protocol')) ?? 'http';
  const [requests, errors] = [count('requests'), count('errors')];
  return [{ endpoint, protocol, requests, errors, connections, connectionFailures, outages }];
}

function parseOutage(entry: JsonObject): Outage {
  const until = numberField(entry, 'until');
  return {
    since: epochMillis(numberField(entry, 'since') ?? 0),
    until: until === null ? null : epochMillis(until),
    seconds: numberField(entry, 'seconds') ?? 0,
    node: textField(entry, 'node'),
    reason: textField(entry, 'reason') ?? '',
  };
}
