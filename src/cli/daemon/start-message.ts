// What a daemon in the background tells the process that has started it.
import { fromWireError, type WireError } from '../../errors.ts';

/** How a daemon has started. */
export interface Started {
  /** Address of its node. */
  readonly address: string;
  /** Address of the coordinator. */
  readonly coordinator: string;
  /** `joined`, or why the node is not in the fleet yet. */
  readonly link: string;
}

/** How the start went. */
export type StartMessage =
  | ({ readonly kind: 'started' } & Started)
  | { readonly kind: 'failed'; readonly error: WireError };

/** Reads a message of a daemon; `null` if it is something else. Throws the error that a failed start carries. */
export function readStartMessage(message: unknown): Started | null {
  if (!isStartMessage(message)) return null;
  if (message.kind === 'failed') throw fromWireError(message.error);
  return message;
}

function isStartMessage(message: unknown): message is StartMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    (message.kind === 'started' || message.kind === 'failed')
  );
}
