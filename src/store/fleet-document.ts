// The `fleet` of test_run.json: one entry per machine that drove load. It is this project's addition to the format;
// readers that do not know it ignore it.
import { Float, type Json, type JsonObject } from '../json.ts';
import type { NodeResults } from '../metrics/node-figures.ts';
import { numberField, objectField, textField } from './fields.ts';

/** The machines of a run as JSON. */
export function fleetDocument(nodes: readonly NodeResults[]): readonly JsonObject[] {
  return nodes.map(
    (node) =>
      new Map<string, Json>([
        ['address', node.address],
        ['host-name', node.hostName],
        ['version', node.version],
        ['cores', node.cores],
        ['clients', node.clients],
        ['requests', node.requests],
        ['errors', node.errors],
        ['cpu-seconds', figure(node.cpuSeconds)],
        [
          'event-loop-utilisation',
          new Map<string, Json>([
            ['mean', figure(node.eventLoopUtilisation.mean)],
            ['max', figure(node.eventLoopUtilisation.max)],
          ]),
        ],
        ['clock-offset-ms', node.clockOffset === null ? null : figure(node.clockOffset)],
        ['send-lag-p99-ms', node.sendLagP99 === null ? null : figure(node.sendLagP99)],
        ['lost', node.lost],
      ]),
  );
}

/** A machine from its JSON. Missing values become empty texts, 0 or `null`. */
export function parseNode(entry: JsonObject): NodeResults {
  const number = (key: string): number => numberField(entry, key) ?? 0;
  const utilisation = objectField(entry, 'event-loop-utilisation');
  return {
    address: textField(entry, 'address') ?? '',
    hostName: textField(entry, 'host-name') ?? '',
    version: textField(entry, 'version') ?? '',
    cores: number('cores'),
    clients: number('clients'),
    requests: number('requests'),
    errors: number('errors'),
    cpuSeconds: number('cpu-seconds'),
    eventLoopUtilisation: { mean: numberField(utilisation, 'mean') ?? 0, max: numberField(utilisation, 'max') ?? 0 },
    clockOffset: numberField(entry, 'clock-offset-ms'),
    sendLagP99: numberField(entry, 'send-lag-p99-ms'),
    lost: textField(entry, 'lost'),
  };
}

const figure = (value: number): Float => new Float(value);
