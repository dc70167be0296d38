// A message for Kafka as the load path sends it.
import type { PreparedRequest } from '../transport/request.ts';
import type { Millis } from '../units.ts';

/** A message for one topic. Its value may be another one each time. */
export class KafkaMessage implements PreparedRequest {
  readonly isHead = false;
  /** A message that was sent twice would be there twice. */
  readonly isRepeatable = false;
  /** The topic. */
  readonly destination: string;
  readonly timeout: Millis;
  /** The bytes of the value. They must not change until the message is acknowledged. */
  value: Buffer = Buffer.alloc(0);

  constructor(topic: string, timeout: Millis) {
    this.destination = topic;
    this.timeout = timeout;
  }

  bytes(): Buffer {
    return this.value;
  }
}
