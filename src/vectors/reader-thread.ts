// Entry of the thread that reads vectors for a load thread: see vector-reader.ts.
import { parentPort } from 'node:worker_threads';
import { BodyStreams } from './body-streams.ts';
import type { VectorRequest } from './messages.ts';

if (parentPort !== null) {
  const port = parentPort;
  const streams = new BodyStreams((reply, transfer) => port.postMessage(reply, [...transfer]));
  port.on('message', (request: VectorRequest) => streams.accept(request));
}
