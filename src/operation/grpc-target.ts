// What the operations over gRPC have in common.

import { isJsonObject } from '../json.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { type Millis, millis } from '../units.ts';
import type { OperationContext, OperationSpec } from './operation.ts';
import type { ParamReader } from './params.ts';

/** Operations over gRPC go to the hosts of `--grpc-target-hosts`. */
export const grpcTarget = (_spec: OperationSpec, endpoints: readonly string[]): TransportTarget => ({
  protocol: 'grpc',
  endpoints,
});

const DEFAULT_TIMEOUT = millis(60_000);

/** How long an answer is waited for, which the server is told. */
export const callTimeout = ({ timeout = DEFAULT_TIMEOUT }: OperationContext): Millis => timeout;

/** Notes each of some parameters that is switched on although nothing of the kind can be done over gRPC. */
export function refuseOverGrpc(reader: ParamReader, parameters: Readonly<Record<string, string>>): void {
  for (const [name, hint] of Object.entries(parameters)) {
    if (reader.has(name) && isSwitchedOn(reader, name))
      reader.problem(name, `"${name}" cannot be used over gRPC.`, hint);
  }
}

/** A text counts unless it is empty or says `false`, and an object unless it is empty: so templates print no value. */
function isSwitchedOn(reader: ParamReader, name: string): boolean {
  const value = reader.value(name);
  if (typeof value === 'string') return value !== '' && value.toLowerCase() !== 'false';
  if (isJsonObject(value)) return value.size > 0;
  return value !== null && value !== false;
}
