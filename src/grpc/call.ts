// A call of the gRPC interface as the load path sends it.
import type { PreparedRequest } from '../transport/request.ts';
import type { Millis } from '../units.ts';

/** A call of one method. Its message may be another one each time. */
export class GrpcCall implements PreparedRequest {
  readonly isHead = false;
  readonly isRepeatable: boolean;
  readonly destination: string;
  /** How long the answer is waited for, which the server is told. */
  readonly timeout: Millis;
  /** The bytes of the message. They must not change until the answer is there. */
  message: Buffer;

  /** @param isReading whether the call changes nothing, so that it may be sent twice */
  constructor(method: string, timeout: Millis, isReading: boolean, message: Buffer = Buffer.alloc(0)) {
    this.destination = method;
    this.timeout = timeout;
    this.isRepeatable = isReading;
    this.message = message;
  }

  bytes(): Buffer {
    return this.message;
  }
}
